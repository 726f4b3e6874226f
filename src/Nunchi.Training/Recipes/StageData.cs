using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Images;

namespace Nunchi.Training.Recipes;

/// <summary>What a stage learns from. The keys depend on its kind.</summary>
public abstract record StageData
{
    internal static StageData Read(RecipeSection stage, StageKind kind) => kind switch
    {
        StageKind.EncoderLabels => EncoderLabelsData.Read(stage.SectionOrNull("data")),
        StageKind.Text => TextData.Read(stage.SectionOrNull("data")),
        StageKind.ProjectorLabels => ProjectorLabelsData.Read(stage.SectionOrNull("data")),
        _ => AnswerData.Read(stage.SectionOrNull("data"), symbols: kind == StageKind.Symbols),
    };
}

/// <summary>What pages with dense labels are drawn of.</summary>
/// <param name="Scenes">Share of samples that are crops of the scenes which questions are asked about, instead of pages.</param>
/// <param name="Things">Share of those scenes that are of things, 0..1; null as often as questions meet them, which is one of four and too seldom to learn things from.</param>
/// <param name="Density">How far words and lines of pages are drawn closer together than the curriculum says, 0..1: letters are what takes longest to learn.</param>
public sealed record PageMixture(double Scenes = 0, double? Things = null, double Density = 0)
{
    internal static PageMixture Read(RecipeSection section)
    {
        var mixture = new PageMixture(section.Number("scenes", 0, 0, 1), section.Has("things") ? section.Number("things", null, 0, 1) : null, section.Number("density", 0, 0, 1));
        if (mixture.Things is not null && mixture.Scenes == 0)
            throw section.Error("things", "is the share of the scenes that are of things; say with 'scenes' how many samples are scenes at all");
        return mixture;
    }
}

/// <summary>Data of a stage that trains the projector on dense labels.</summary>
/// <param name="Pages">What the pages are drawn of.</param>
/// <param name="VectorWeight">Weight of the squared distance from the whole vector of what a patch shows, in its squared lengths: the larger, the less lies beside it and the worse letters are told apart.</param>
/// <param name="Teacher">A model whose encoder and projector are imitated instead: what its projector makes of a page is the target. So another encoder takes the place of the one that a decoder has learned to read.</param>
public sealed record ProjectorLabelsData(PageMixture Pages, double VectorWeight = 0.05, string? Teacher = null) : StageData
{
    internal static ProjectorLabelsData Read(RecipeSection? section)
    {
        if (section is null)
            return new ProjectorLabelsData(new PageMixture());
        var data = new ProjectorLabelsData(PageMixture.Read(section), section.Number("vector_weight", 0.05, 0, 100), section.ExistingPath("teacher"));
        if (data.Teacher is not null && section.Has("vector_weight"))
            throw section.Error("vector_weight", "belongs to the vectors of what patches show; with a teacher its own are the target");
        section.Finish();
        return data;
    }
}

/// <summary>Data of a stage that trains the encoder on dense labels.</summary>
/// <param name="Pages">What the pages are drawn of.</param>
/// <param name="InitialWeight">Weight of the loss on what begins a syllable (letters, digits and signs count here too).</param>
/// <param name="MedialWeight">Weight of the loss on vowels.</param>
/// <param name="FinalWeight">Weight of the loss on what ends a syllable.</param>
/// <param name="ObjectWeight">Weight of the loss on the kind of object.</param>
/// <param name="ColourWeight">Weight of the loss on the colour.</param>
/// <param name="BoxWeight">Weight of the loss on the distances to the sides of the box.</param>
public sealed record EncoderLabelsData(
    PageMixture Pages, double InitialWeight = 1, double MedialWeight = 1, double FinalWeight = 1, double ObjectWeight = 0.5, double ColourWeight = 0.25, double BoxWeight = 0.5) : StageData
{
    internal static EncoderLabelsData Read(RecipeSection? section)
    {
        if (section is null)
            return new EncoderLabelsData(new PageMixture());
        var data = new EncoderLabelsData(
            PageMixture.Read(section),
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

/// <summary>Data of a stage that trains the decoder on text.</summary>
/// <param name="ConversationShare">Share of samples that are conversations, with a loss on the assistant's tokens; the rest are plain sentences, with a loss on every token.</param>
/// <param name="Length">Tokens of a sample of plain sentences.</param>
/// <param name="CopyShare">Share of samples that are random lines to copy and strips of a grid to read; the rest is divided by <paramref name="ConversationShare"/>.</param>
public sealed record TextData(double ConversationShare = 0.5, int Length = 128, double CopyShare = 0) : StageData
{
    internal static TextData Read(RecipeSection? section)
    {
        if (section is null)
            return new TextData();
        var data = new TextData(section.Number("conversation_share", 0.5, 0, 1), section.Integer("length", 128, 8, 8192), section.Number("copy_share", 0, 0, 1));
        section.Finish();
        return data;
    }
}

/// <summary>Conversations and how their pictures are shown.</summary>
/// <param name="Tasks">What the conversations are.</param>
/// <param name="View">How pictures are seen; null as inference would. Seen once they take few tokens, so that many samples are seen early.</param>
/// <param name="Density">How many times as many conversations about a picture as the stage says, where it says more than one: a picture seen once that shows several things allows many short questions, one with a line of writing few that differ.</param>
public sealed record AnswerMixture(TaskMixture Tasks, TilingMode? View = null, double Density = 1);

/// <summary>Losses on what single patches show, in what the projector makes of them: a picture has many more patches than an answer has words, so eyes go on learning while the decoder learns to answer.</summary>
/// <param name="Things">Weight of the mean loss of what a patch shows beside that of a token; 0 for none.</param>
/// <param name="Colours">The same of its colour, where it shows something.</param>
/// <param name="Grounds">The same of what lies behind it, the colour of a board or the kind of a background, where that is known.</param>
public sealed record PatchRecipe(double Things, double Colours, double Grounds)
{
    internal static PatchRecipe? Read(RecipeSection? section)
    {
        if (section is null)
            return null;
        var patches = new PatchRecipe(section.Number("things", 0, 0, 1000), section.Number("colours", 0, 0, 1000), section.Number("grounds", 0, 0, 1000));
        section.Finish();
        return patches;
    }
}

/// <summary>A loss on where tokens of answers look: a head of some layers of the decoder is to attend to what the next token says, a glyph, a thing or what lies in a box.</summary>
/// <param name="Weight">Weight of the loss of a token that looks beside that of a token.</param>
/// <param name="Layers">Which layers, from 0; in each the first query head.</param>
/// <param name="OwnLayers">Other layers in which it is to attend to what the token itself said.</param>
public sealed record AttentionRecipe(double Weight, IReadOnlyList<int> Layers, IReadOnlyList<int> OwnLayers)
{
    internal static AttentionRecipe? Read(RecipeSection? section)
    {
        if (section is null)
            return null;
        var attention = new AttentionRecipe(section.Number("weight", null, 0, 1000), section.Integers("layers", null, 0, 1000), section.Integers("own_layers", [], 0, 1000));
        var all = attention.Layers.Concat(attention.OwnLayers).ToList();
        if (attention.Layers.Count == 0 || all.Distinct().Count() != all.Count)
            throw section.Error("layers", "names each layer once, none of own_layers, and at least one");
        section.Finish();
        return attention.Weight > 0 ? attention : null;
    }
}

/// <summary>A loss on what the projector makes of single patches: the box around what a patch shows is to be found there.</summary>
/// <param name="Weight">Weight of a patch's mean loss beside that of a token; 0 for none.</param>
/// <param name="Share">Length of a box's part beside the mean length of what a patch shows on symbols.</param>
public sealed record BoxRecipe(double Weight, double Share = 0.7)
{
    internal static BoxRecipe? Read(RecipeSection? section)
    {
        if (section is null)
            return null;
        var boxes = new BoxRecipe(section.Number("weight", null, 0, 1000), section.Number("share", 0.7, 0.01, 100));
        section.Finish();
        return boxes;
    }
}

/// <summary>Data of a stage that trains on pictures and answers.</summary>
/// <param name="Levels">For each level of the curriculum the shares of its mixtures by name (see <see cref="Mixtures"/>); later levels keep a share of the earlier mixtures.</param>
/// <param name="MaxTokens">Longest sample in tokens; longer ones are left out and counted.</param>
/// <param name="Mistakes">Share of glyph patches that show something else, as an encoder's mistakes would; of a symbols stage only.</param>
/// <param name="Conversations">Conversations about each picture, none of which sees another.</param>
/// <param name="Drills">Share of samples that are patches of no picture and questions that only looking up solves, 0..1; of a symbols stage only.</param>
/// <param name="Boxes">A loss on the boxes of single patches; not of a symbols stage.</param>
/// <param name="Patches">Losses on what single patches show; not of a symbols stage.</param>
/// <param name="Noise">Most energy of a direction without meaning beside what a patch shows, in energies of that; of a symbols stage only.</param>
/// <param name="Attention">A loss on where tokens of answers look.</param>
/// <param name="Slips">Share of conversations about one picture into whose answers slips are written that a model makes when it answers freely, 0..1; what is to be said next stays as it was. Needs <paramref name="Attention"/>, which knows what is read.</param>
/// <param name="Guesses">Share of samples in whose answers wrong guesses of the model itself take the place of letters that it reads, 0..1 (scheduled sampling). Needs <paramref name="Attention"/> too.</param>
public sealed record AnswerData(IReadOnlyList<IReadOnlyDictionary<string, double>> Levels, int MaxTokens = 2048, double Mistakes = 0, int Conversations = 1, double Drills = 0, BoxRecipe? Boxes = null, double Noise = 0, PatchRecipe? Patches = null, AttentionRecipe? Attention = null, double Slips = 0, double Guesses = 0) : StageData
{
    private const int GlimpseSide = 192;

    // Two tiles by two: half of the tokens of the largest pictures, so that twice as many are seen in the same time.
    private const int SmallSide = 384;

    // Of two things that look alike a learner told one box and stopped: a sixth of the questions is about several, so that stopping is nearly always right.
    private const double OftenSeveral = 0.35;

    // Asked for a yellow umbrella it found the sun too: what is absent by chance is seldom like anything that is there.
    private const double OftenAlike = 0.4;
    private static readonly SceneOptions SomeStrangeNames = new() { StrangeNames = 0.25f };

    /// <summary>Mixtures that a level may name: one word in a small picture that is seen once, words and lines in such a picture, one word a picture, words and lines, signs and lists read and asked about, the same in pictures of half of the tokens, boards of stations asked for what they do not tell, facts without a picture, several pictures at once, one question about things (no answer can be taken from a question before), boxes of one or two things or words in the whole view, questions about things in the whole view, everything in conversations of one or two questions, everything. A picture costs far more than a question about it, so each is asked about several times.</summary>
    public static IReadOnlyDictionary<string, AnswerMixture> Mixtures { get; } = new Dictionary<string, AnswerMixture>(StringComparer.Ordinal)
    {
        ["glimpses"] = new(TaskMixture.Words with { Pictures = new SceneOptions { MinSide = 64, MaxSide = GlimpseSide } }, TilingMode.SingleView),
        ["snippets"] = new(TaskMixture.Lines with { Pictures = new SceneOptions { MinSide = 96, MaxSide = GlimpseSide }, MaxTurns = 3 }, TilingMode.WholeView, Density: 0.3),
        ["words"] = new(TaskMixture.Words),
        ["lines"] = new(TaskMixture.Lines with { MaxTurns = 3 }, Density: 0.4),
        ["signs"] = new(TaskMixture.Signs with { MaxTurns = 2 }, Density: 0.6),
        ["small_signs"] = new(TaskMixture.Signs with { MaxTurns = 2, Pictures = TaskMixture.Signs.Pictures with { MaxSide = SmallSide } }, Density: 0.6),
        ["stations"] = new(TaskMixture.Stations with { MaxTurns = 2, Pictures = new SceneOptions { MaxSide = SmallSide } }),
        ["facts"] = new(TaskMixture.Facts),
        ["several"] = new(TaskMixture.Several),
        ["things"] = new(TaskMixture.Things with { SeveralThings = OftenSeveral, AlikeAbsent = OftenAlike }, Density: 2),
        ["small_things"] = new(TaskMixture.Things with { SeveralThings = OftenSeveral, AlikeAbsent = OftenAlike, Pictures = TaskMixture.Things.Pictures with { MaxSide = SmallSide } }, Density: 2),
        ["boxes"] = new(TaskMixture.Boxes with { SeveralThings = OftenSeveral }, TilingMode.WholeView),
        ["wholes"] = new(TaskMixture.Things with { SeveralThings = OftenSeveral, AlikeAbsent = OftenAlike }, TilingMode.WholeView, Density: 2),
        ["short"] = new(TaskMixture.All with { MaxTurns = 2, SeveralThings = OftenSeveral, AlikeAbsent = OftenAlike, Pictures = SomeStrangeNames }),
        ["all"] = new(TaskMixture.All with { MaxTurns = 8, SeveralThings = OftenSeveral, AlikeAbsent = OftenAlike, Pictures = SomeStrangeNames }),
    };

    private static readonly IReadOnlyDictionary<string, double> Everything = new Dictionary<string, double> { ["all"] = 1 };

    internal static AnswerData Read(RecipeSection? section, bool symbols)
    {
        if (section is null)
            return new AnswerData([Everything]);
        IReadOnlyList<IReadOnlyDictionary<string, double>> levels = section.Has("levels") ? [.. section.Sections("levels").Select(ReadLevel)] : [Everything];
        if (levels.Count == 0)
            throw section.Error("levels", "is empty; leave it out for everything at once");
        double OfSymbols(string key, double most) => symbols ? section.Number(key, 0, 0, most) : 0;
        var data = new AnswerData(levels, section.Integer("max_tokens", 2048, 64, 131_072), OfSymbols("mistakes", 1), section.Integer("conversations", 1, 1, 64), OfSymbols("drills", 1), symbols ? null : BoxRecipe.Read(section.SectionOrNull("boxes")), OfSymbols("noise", 100), symbols ? null : PatchRecipe.Read(section.SectionOrNull("patches")), AttentionRecipe.Read(section.SectionOrNull("attention")), section.Number("slips", 0, 0, 1), section.Number("guesses", 0, 0, 1));
        if (data.Slips + data.Guesses > 0 && data.Attention is null)
            throw section.Error(data.Slips > 0 ? "slips" : "guesses", "are written where an answer reads, which 'attention' finds out; give it a weight");
        section.Finish();
        return data;
    }

    private static Dictionary<string, double> ReadLevel(RecipeSection section)
    {
        var shares = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var name in Mixtures.Keys)
            if (section.Has(name))
                shares[name] = section.Number(name, null, 0, 1e6);
        section.Finish();
        if (!shares.Values.Any(share => share > 0))
            throw new RecipeException(section.File, section.Line, $"a level needs a share above 0 of at least one of {string.Join(", ", Mixtures.Keys)}");
        return shares;
    }
}
