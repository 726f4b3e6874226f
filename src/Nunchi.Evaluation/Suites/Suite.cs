using Nunchi.Evaluation.Judging;

namespace Nunchi.Evaluation.Suites;

/// <summary>A set of questions, and how their answers are judged.</summary>
internal abstract class Suite(string name)
{
    public string Name { get; } = name;

    /// <summary>Groups that tables show first.</summary>
    public virtual IReadOnlyList<string> Headlines => [];

    /// <summary>Judges the answers to the questions of one item, in order.</summary>
    public abstract IReadOnlyList<Verdict> Judge(EvaluationItem item, IReadOnlyList<GivenAnswer> answers);
}
