using Nunchi.Chat;
using Nunchi.Data.Scenes;

namespace Nunchi.Evaluation.Suites;

/// <summary>Questions of the suites without their judges, for measuring a model against another.</summary>
public static class SuiteQuestions
{
    /// <summary>The first questions of all suites in turn, each with its pictures.</summary>
    /// <param name="assets">What pictures are drawn with.</param>
    /// <param name="count">How many; drawn as they are read.</param>
    /// <param name="seed">The seed of the series; of the same split it gives the questions of an evaluation.</param>
    /// <param name="split">What pictures are made of.</param>
    /// <param name="pictures">Limits of the pictures; null for the usual ones.</param>
    public static IEnumerable<IReadOnlyList<Message>> First(SceneAssets assets, int count, ulong seed = 1, SceneSplit split = SceneSplit.HeldOut, SceneOptions? pictures = null)
    {
        ArgumentNullException.ThrowIfNull(assets);
        Func<int, EvaluationItem>[] suites = [.. SuiteCatalogue.Suites.Select(suite => suite.Items(assets, split, seed, pictures))];
        for (int i = 0; i < count; i++)
            yield return [suites[i % suites.Length](i / suites.Length).Questions[0].Message];
    }
}
