namespace Nunchi.Training.Recipes;

/// <summary>The vocabulary: read from a file, or trained on sentences of our own.</summary>
/// <param name="Path">A <c>tokenizer.json</c> to use as it is, or null to train one.</param>
/// <param name="Vocabulary">Entries to reach in training, special tokens included.</param>
/// <param name="Sentences">Sentences of the corpus to learn merges from.</param>
public sealed record TokenizerRecipe(string? Path, int Vocabulary, int Sentences)
{
    internal static TokenizerRecipe Read(RecipeSection? section)
    {
        if (section is null)
            return new TokenizerRecipe(null, 4608, 50_000);
        var tokenizer = new TokenizerRecipe(
            section.ExistingPath("path"),
            section.Integer("vocabulary", 4608, 512, 262_144),
            section.Integer("sentences", 50_000, 1, 10_000_000));
        section.Finish();
        return tokenizer;
    }
}
