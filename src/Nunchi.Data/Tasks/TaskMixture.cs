using Nunchi.Data.Scenes;

namespace Nunchi.Data.Tasks;

/// <summary>What training samples are made of: how often each kind of picture and question comes, and how long conversations are.</summary>
public sealed record TaskMixture
{
    /// <summary>How often each kind of picture is drawn; kinds that are not named are not drawn.</summary>
    public IReadOnlyDictionary<SceneKind, double> Scenes { get; init; } = SceneWeights.Default;

    /// <summary>How often each kind of question about one picture is asked, where the picture allows it; kinds that are not named are not asked.</summary>
    public IReadOnlyDictionary<TaskKind, double> Tasks { get; init; } = DefaultTasks;

    /// <summary>Most questions of one conversation, 1..12.</summary>
    public int MaxTurns { get; init; } = 4;

    /// <summary>Share of conversations in English, 0..1.</summary>
    public double English { get; init; } = 0.2;

    /// <summary>Share of samples with two to four pictures, 0..1.</summary>
    public double SeveralImages { get; init; } = 0.05;

    /// <summary>Share of samples without a picture, 0..1.</summary>
    public double TextOnly { get; init; } = 0.08;

    /// <summary>Share of samples without a picture that ask only for what is to be known by heart, 0..1: where stations are and which line is theirs, what things are for, what notices ask for.</summary>
    public double OnlyFacts { get; init; }

    /// <summary>How often a question for places is about things of which there are several, where there are any, beside those that are asked for by chance, 0..1.</summary>
    public double SeveralThings { get; init; }

    /// <summary>How often what is asked for and is not there is like something that is: its colour on a thing of another kind, or a kind of the same sort; beside those that are absent by chance, 0..1.</summary>
    public double AlikeAbsent { get; init; }

    /// <summary>Limits of the pictures.</summary>
    public SceneOptions Pictures { get; init; } = new();

    /// <summary>Reading first, then boxes, then questions.</summary>
    public static IReadOnlyDictionary<TaskKind, double> DefaultTasks { get; } = new Dictionary<TaskKind, double>
    {
        [TaskKind.Caption] = 10,
        [TaskKind.GroundedCaption] = 4,
        [TaskKind.Read] = 14,
        [TaskKind.ReadBoxes] = 8,
        [TaskKind.ReadRegion] = 6,
        [TaskKind.Locate] = 12,
        [TaskKind.LocateText] = 6,
        [TaskKind.LocateAbsent] = 6,
        [TaskKind.DescribeRegion] = 5,
        [TaskKind.What] = 4,
        [TaskKind.Where] = 3,
        [TaskKind.Count] = 4,
        [TaskKind.Colour] = 7,
        [TaskKind.YesNo] = 14,
        [TaskKind.Relation] = 3,
        [TaskKind.TextFact] = 26,
        [TaskKind.Knowledge] = 9,
        [TaskKind.Refusal] = 3,
    };

    /// <summary>One character or word a picture, only read.</summary>
    public static TaskMixture Words { get; } = new()
    {
        Scenes = SceneWeights.Words,
        Tasks = new Dictionary<TaskKind, double> { [TaskKind.Read] = 1 },
        MaxTurns = 1,
        SeveralImages = 0,
        TextOnly = 0,
    };

    /// <summary>Words and lines, read with and without boxes.</summary>
    public static TaskMixture Lines { get; } = new()
    {
        Scenes = SceneWeights.Lines,
        Tasks = new Dictionary<TaskKind, double> { [TaskKind.Read] = 6, [TaskKind.ReadBoxes] = 2, [TaskKind.ReadRegion] = 1, [TaskKind.LocateText] = 1 },
        MaxTurns = 2,
        SeveralImages = 0,
        TextOnly = 0,
    };

    /// <summary>Writing that was put up for a purpose, from door plates to receipts, the long more often: read, asked about, and described with its colour.</summary>
    public static TaskMixture Signs { get; } = new()
    {
        Scenes = SceneWeights.Signs,
        Tasks = new Dictionary<TaskKind, double>
        {
            [TaskKind.Read] = 12,
            [TaskKind.ReadBoxes] = 3,
            [TaskKind.ReadRegion] = 2,
            [TaskKind.LocateText] = 3,
            [TaskKind.TextFact] = 12,
            [TaskKind.Knowledge] = 4,
            [TaskKind.Caption] = 5,
            [TaskKind.GroundedCaption] = 1,
            [TaskKind.Colour] = 3,
            [TaskKind.YesNo] = 3,
            [TaskKind.Refusal] = 1,
        },
        SeveralImages = 0,
        TextOnly = 0,
        Pictures = new SceneOptions { StrangeNames = 0.5f },
    };

    /// <summary>Boards of stations, mostly asked for what they do not tell: knowing a station's city by its name is of no use to one who has never been asked for it in front of a picture.</summary>
    public static TaskMixture Stations { get; } = new()
    {
        Scenes = new Dictionary<SceneKind, double> { [SceneKind.Station] = 1 },
        Tasks = new Dictionary<TaskKind, double>
        {
            [TaskKind.Knowledge] = 15,
            [TaskKind.TextFact] = 10,
            [TaskKind.Read] = 3,
            [TaskKind.LocateText] = 1,
            [TaskKind.Caption] = 1,
        },
        SeveralImages = 0,
        TextOnly = 0,
    };

    /// <summary>Two to four pictures, and questions of which an answer must find the right one.</summary>
    public static TaskMixture Several { get; } = new() { SeveralImages = 1, TextOnly = 0 };

    /// <summary>No pictures, and mostly what a picture does not tell: the city and the line of a station, what a thing is for, what a notice asks for. They cost few tokens, and there are hundreds to know by heart, so that many are asked for in a row.</summary>
    public static TaskMixture Facts { get; } = new() { MaxTurns = 12, SeveralImages = 0, TextOnly = 1, OnlyFacts = 0.9 };

    /// <summary>
    /// One question about a picture of things, so that the answer must come from the picture and not from what was asked before. A hundred kinds share what the eleven shapes and the few
    /// colourful kinds leave, and are learned by being seen: they come more often here than where everything is asked for.
    /// </summary>
    public static TaskMixture Things { get; } = new()
    {
        Scenes = new Dictionary<SceneKind, double> { [SceneKind.Playground] = 3, [SceneKind.Table] = 2, [SceneKind.Shapes] = 1 },
        Pictures = new SceneOptions { ColourfulThings = 0 },
        Tasks = new Dictionary<TaskKind, double>
        {
            [TaskKind.Caption] = 6,
            [TaskKind.GroundedCaption] = 3,
            [TaskKind.What] = 3,
            [TaskKind.DescribeRegion] = 2,
            [TaskKind.Knowledge] = 1,
            [TaskKind.Locate] = 8,
            [TaskKind.LocateAbsent] = 4,
            [TaskKind.Count] = 3,
            [TaskKind.Colour] = 3,
            [TaskKind.YesNo] = 6,
            [TaskKind.Where] = 1,
            [TaskKind.Relation] = 1,
        },
        MaxTurns = 1,
        English = 0.35,
        SeveralImages = 0,
        TextOnly = 0,
    };

    /// <summary>Where one or two things or a few words are: boxes that can be told before one knows where to look.</summary>
    public static TaskMixture Boxes { get; } = new()
    {
        Scenes = new Dictionary<SceneKind, double>
        {
            [SceneKind.Playground] = 1,
            [SceneKind.Table] = 1,
            [SceneKind.Shapes] = 1,
            [SceneKind.Word] = 1,
            [SceneKind.Line] = 1,
        },
        Tasks = new Dictionary<TaskKind, double>
        {
            [TaskKind.Locate] = 4,
            [TaskKind.ReadBoxes] = 2,
            [TaskKind.LocateText] = 3,
        },
        MaxTurns = 1,
        SeveralImages = 0,
        TextOnly = 0,
        Pictures = new SceneOptions { MostThings = 2 },
    };

    /// <summary>Everything.</summary>
    public static TaskMixture All { get; } = new();

    /// <summary>
    /// A step of the curriculum: words, then lines, then everything, each growing in while the steps before keep a share, so that nothing is forgotten.
    /// Blur, tilt and compression grow with it.
    /// </summary>
    /// <param name="difficulty">From 0 (words seen straight) to 1 (this mixture as it is).</param>
    /// <exception cref="ArgumentException">The difficulty is outside 0..1.</exception>
    public TaskMixture At(double difficulty)
    {
        if (!(difficulty >= 0 && difficulty <= 1))
            throw new ArgumentException($"The difficulty is {difficulty}; expected 0 to 1.", nameof(difficulty));
        if (difficulty == 1)
            return this;
        double words = Math.Max(0.1, 1 - (3 * difficulty)), lines = Math.Max(0, Math.Min(3 * difficulty, 2 - (3 * difficulty))) + 0.1, rest = Math.Max(0, (3 * difficulty) - 1) / 2;
        return this with
        {
            Scenes = Mix((Words.Scenes, words), (Lines.Scenes, lines), (Scenes, rest)),
            Tasks = Mix((Words.Tasks, words), (Lines.Tasks, lines), (Tasks, rest)),
            MaxTurns = Math.Max(1, (int)Math.Round(1 + ((MaxTurns - 1) * difficulty))),
            SeveralImages = SeveralImages * rest,
            TextOnly = TextOnly * Math.Min(1, 2 * difficulty),
            Pictures = Pictures with { Harshness = (float)(Pictures.Harshness * (0.3 + (0.7 * difficulty))) },
        };
    }

    private static Dictionary<T, double> Mix<T>(params (IReadOnlyDictionary<T, double> Weights, double Share)[] parts) where T : notnull
    {
        var mixed = new Dictionary<T, double>();
        foreach ((IReadOnlyDictionary<T, double> weights, double share) in parts)
        {
            double total = weights.Values.Sum();
            foreach ((T key, double weight) in weights)
            {
                if (share * weight > 0)
                    mixed[key] = mixed.GetValueOrDefault(key) + (share * weight / total);
            }
        }
        return mixed;
    }

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentException">A number is out of its range, or a share leaves nothing to draw.</exception>
    public TaskMixture Validate()
    {
        if (MaxTurns is < 1 or > 12)
            throw new ArgumentException($"MaxTurns is {MaxTurns}; expected 1 to 12.");
        foreach ((string name, double share) in new[] { (nameof(English), English), (nameof(SeveralImages), SeveralImages), (nameof(TextOnly), TextOnly), (nameof(OnlyFacts), OnlyFacts), (nameof(SeveralThings), SeveralThings), (nameof(AlikeAbsent), AlikeAbsent) })
        {
            if (!(share >= 0 && share <= 1))
                throw new ArgumentException($"{name} is {share}; expected a share from 0 to 1.");
        }
        if (SeveralImages + TextOnly > 1)
            throw new ArgumentException($"SeveralImages ({SeveralImages}) and TextOnly ({TextOnly}) add up to more than 1.");
        foreach ((TaskKind kind, double weight) in Tasks)
        {
            if (!(weight >= 0) || double.IsInfinity(weight))
                throw new ArgumentException($"The weight of {kind} is {weight}; expected a number from 0.");
            if (weight > 0 && kind is TaskKind.SeveralImages or TaskKind.TextOnly)
                throw new ArgumentException($"{kind} has a share of its own ({nameof(SeveralImages)}, {nameof(TextOnly)}); it takes no weight among the questions about one picture.");
        }
        if (SeveralImages + TextOnly < 1 && !Tasks.Any(t => t.Value > 0))
            throw new ArgumentException("Expected at least one kind of question with a weight above zero.");
        Pictures.Validate();
        return this;
    }
}
