using Nunchi.Training.Schedules;

namespace Nunchi.Training.Recipes;

/// <summary>What a stage teaches.</summary>
public enum StageKind
{
    /// <summary>The encoder, on dense labels of pages that we drew.</summary>
    EncoderLabels,

    /// <summary>The decoder, on text alone.</summary>
    Text,

    /// <summary>The decoder, on conversations about pictures whose every patch is the embedding of what it shows: it learns to read, to find and to count before it has eyes.</summary>
    Symbols,

    /// <summary>The projector before a frozen decoder, on dense labels of pages that we drew: a patch shall land near the embedding of what it shows.</summary>
    ProjectorLabels,

    /// <summary>The projector between a frozen encoder and a frozen decoder, on pictures and answers.</summary>
    Projector,

    /// <summary>Whatever is not frozen, on pictures and answers.</summary>
    FineTune,
}

/// <summary>One stage: what learns, from what, how fast and how long.</summary>
public sealed record StageRecipe
{
    private const int RehearsalSamples = 4;

    /// <summary>Unique name; directories of the run carry it.</summary>
    public required string Name { get; init; }

    /// <summary>What it teaches.</summary>
    public required StageKind Kind { get; init; }

    /// <summary>Optimiser steps.</summary>
    public required int Steps { get; init; }

    /// <summary>How much one step sees.</summary>
    public required BatchRecipe Batch { get; init; }

    /// <summary>Learning rates by module; a module that is not here is frozen.</summary>
    public required IReadOnlyDictionary<string, ModuleRate> Modules { get; init; }

    /// <summary>How parameters move.</summary>
    public required OptimizerRecipe Optimizer { get; init; }

    /// <summary>The course of the learning rate.</summary>
    public required LearningRateSchedule Schedule { get; init; }

    /// <summary>Longest gradient, or null for no clipping.</summary>
    public double? Clip { get; init; }

    /// <summary>Where modules start from: a training checkpoint or a model directory by module name.</summary>
    public required IReadOnlyDictionary<string, string> Init { get; init; }

    /// <summary>When samples get harder.</summary>
    public required CurriculumRecipe Curriculum { get; init; }

    /// <summary>What counts as a broken step.</summary>
    public required GuardRecipe Guard { get; init; }

    /// <summary>How often to log, show and save.</summary>
    public required IntervalsRecipe Intervals { get; init; }

    /// <summary>What to learn from.</summary>
    public required StageData Data { get; init; }

    /// <summary>Whether the codes of glyphs are added to the embedding that the stage starts with: once, for a decoder that has learned without.</summary>
    public bool AddsGlyphCodes { get; init; }

    /// <summary>Whether modules may have more layers than what they start from: those in between change nothing at first.</summary>
    public bool GrowsLayers { get; init; }

    /// <summary>The same stage with other steps, and one evaluation, sheet and checkpoint after them where it has any.</summary>
    internal StageRecipe Rehearsed(int steps) => this with
    {
        Steps = steps,
        Intervals = Intervals with
        {
            Log = 1,
            Evaluate = Intervals.Evaluate == 0 ? 0 : steps,
            Sheet = Intervals.Sheet == 0 ? 0 : steps,
            Checkpoint = steps,
            EvaluateSamples = Math.Min(RehearsalSamples, Intervals.EvaluateSamples),
            SheetSamples = Math.Min(RehearsalSamples, Intervals.SheetSamples),
        },
    };

    internal static StageRecipe Read(RecipeSection section)
    {
        var kind = section.Choice<StageKind>("kind", null, StageKinds);
        var steps = section.Integer("steps", null, 1, 100_000_000);
        var batch = BatchRecipe.Read(section.Section("batch"), sequences: kind is not (StageKind.EncoderLabels or StageKind.ProjectorLabels));
        var stage = new StageRecipe
        {
            Name = ReadName(section),
            Kind = kind,
            Steps = steps,
            Batch = batch,
            Optimizer = OptimizerRecipe.Read(section.SectionOrNull("optimizer"), out var muon),
            Modules = ReadModules(section, kind, muon),
            Schedule = ReadSchedule(section.SectionOrNull("schedule"), steps),
            Clip = section.Has("clip") ? section.Number("clip", null, 1e-6, 1e9) : null,
            Init = ReadInit(section.SectionOrNull("init"), kind),
            Curriculum = CurriculumRecipe.Read(section.SectionOrNull("curriculum")),
            Guard = GuardRecipe.Read(section.SectionOrNull("guard")),
            Intervals = IntervalsRecipe.Read(section.SectionOrNull("every"), sheets: kind != StageKind.ProjectorLabels),
            Data = StageData.Read(section, kind),
            AddsGlyphCodes = kind != StageKind.EncoderLabels && section.Flag("add_glyph_codes", false),
            GrowsLayers = section.Flag("grow_layers", false),
        };
        section.Finish();
        return stage;
    }

    private static readonly Dictionary<string, StageKind> StageKinds = new(StringComparer.Ordinal)
    {
        ["encoder_labels"] = StageKind.EncoderLabels,
        ["text"] = StageKind.Text,
        ["symbols"] = StageKind.Symbols,
        ["projector_labels"] = StageKind.ProjectorLabels,
        ["projector"] = StageKind.Projector,
        ["finetune"] = StageKind.FineTune,
    };

    private static readonly Dictionary<string, ScheduleKind> ScheduleKinds = new(StringComparer.Ordinal)
    {
        ["constant"] = ScheduleKind.Constant,
        ["cosine"] = ScheduleKind.Cosine,
        ["linear"] = ScheduleKind.Linear,
        ["trapezoid"] = ScheduleKind.Trapezoid,
    };

    /// <summary>The modules that a kind of stage runs.</summary>
    internal static IReadOnlyList<string> ModulesOf(StageKind kind) => kind switch
    {
        StageKind.EncoderLabels => ["encoder"],
        StageKind.Text or StageKind.Symbols => ["decoder"],
        _ => ["encoder", "projector", "decoder"],
    };

    private static string ReadName(RecipeSection section)
    {
        var name = section.Text("name");
        if (!name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            throw section.Error("name", $"is '{name}'; allowed: letters, digits, '-' and '_', because directories carry it");
        return name;
    }

    private static Dictionary<string, ModuleRate> ReadModules(RecipeSection section, StageKind kind, bool muon)
    {
        var modules = section.Section("modules");
        var rates = new Dictionary<string, ModuleRate>(StringComparer.Ordinal);
        foreach (var name in ModulesOf(kind))
        {
            if (modules.IsText(name))
            {
                if (modules.Text(name) != "frozen")
                    throw modules.Error(name, $"is '{modules.Text(name)}'; expected 'frozen' or a mapping with learning_rate");
                continue;
            }

            if (ModuleRate.Read(modules.Section(name), muon, heads: kind == StageKind.EncoderLabels) is var rate && rate.LearningRate + rate.MuonLearningRate + rate.HeadsLearningRate > 0)
                rates[name] = rate;
        }

        modules.Finish();
        if (kind == StageKind.Projector && (rates.ContainsKey("encoder") || rates.ContainsKey("decoder") || !rates.ContainsKey("projector")))
            throw section.Error("modules", "of a projector stage must freeze encoder and decoder and give the projector a learning rate; use kind: finetune to train more");
        if (kind == StageKind.ProjectorLabels && (rates.ContainsKey("decoder") || !rates.ContainsKey("projector")))
            throw section.Error("modules", "of a projector_labels stage must freeze the decoder, whose embedding is the target, and give the projector a learning rate");
        if (rates.Count == 0)
            throw section.Error("modules", "freezes everything; at least one module must learn");
        return rates;
    }

    private static LearningRateSchedule ReadSchedule(RecipeSection? section, int steps)
    {
        if (section is null)
            return new LearningRateSchedule(ScheduleKind.Constant, steps);
        var kind = section.Choice<ScheduleKind>("kind", null, ScheduleKinds);
        var warmup = section.Integer("warmup_steps", 0, 0, steps - 1);
        var decay = kind == ScheduleKind.Trapezoid ? section.Integer("decay_steps", null, 0, steps - warmup) : 0;
        var floor = kind == ScheduleKind.Constant ? 0 : section.Number("floor", 0, 0, 1);
        section.Finish();
        return new LearningRateSchedule(kind, steps, warmup, decay, floor);
    }

    private static Dictionary<string, string> ReadInit(RecipeSection? section, StageKind kind)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        if (section is null)
            return paths;
        foreach (var module in ModulesOf(kind))
            if (section.ExistingPath(module) is { } path)
                paths[module] = path;
        section.Finish();
        return paths;
    }
}
