namespace Nunchi.Training.Recipes;

/// <summary>What a stage learns from. The keys depend on its kind.</summary>
public abstract record StageData
{
    internal static StageData Read(RecipeSection stage, StageKind kind) => kind switch
    {
        StageKind.EncoderLabels => EncoderLabelsData.Read(stage.SectionOrNull("data")),
        _ => throw stage.Error("kind", "is not ready"),
    };
}

/// <summary>Data of a stage that trains the encoder on dense labels.</summary>
/// <param name="InitialWeight">Weight of the loss on what begins a syllable (letters, digits and signs count here too).</param>
/// <param name="MedialWeight">Weight of the loss on vowels.</param>
/// <param name="FinalWeight">Weight of the loss on what ends a syllable.</param>
/// <param name="ObjectWeight">Weight of the loss on the kind of object.</param>
/// <param name="ColourWeight">Weight of the loss on the colour.</param>
/// <param name="BoxWeight">Weight of the loss on the distances to the sides of the box.</param>
public sealed record EncoderLabelsData(
    double InitialWeight = 1, double MedialWeight = 1, double FinalWeight = 1, double ObjectWeight = 0.5, double ColourWeight = 0.25, double BoxWeight = 0.5) : StageData
{
    internal static EncoderLabelsData Read(RecipeSection? section)
    {
        if (section is null)
            return new EncoderLabelsData();
        var data = new EncoderLabelsData(
            section.Number("initial_weight", 1, 0, 100),
            section.Number("medial_weight", 1, 0, 100),
            section.Number("final_weight", 1, 0, 100),
            section.Number("object_weight", 0.5, 0, 100),
            section.Number("colour_weight", 0.25, 0, 100),
            section.Number("box_weight", 0.5, 0, 100));
        section.Finish();
        return data;
    }
}
