using Nunchi.Text;
using Nunchi.Training.Recipes;
using Nunchi.Training.Vocabularies;

namespace Nunchi.Training.Tests.Stages;

/// <summary>A tokenizer as the small model has, trained once on little text, and a recipe of a toy model for it.</summary>
internal static class SmallTokenizer
{
    private const string Text = """
        name: toy
        model:
          encoder: {width: 32, layers: 1, heads: 2, mlp: 64, tile: 96, patch: 16}
          decoder: {width: 32, layers: 1, heads: 2, key_value_heads: 1, head_size: 16, mlp: 64}
          images: {grids: [1x1, 1x2]}
        tokenizer: {vocabulary: 4608, sentences: 2000}
        stages:
          - name: symbols
            kind: symbols
            steps: 2
            batch: {tokens: 512}
            modules: {decoder: {learning_rate: 0.001}}
        """;

    public static PromptBuilder Prompts => Made.Value;

    public static Recipe Recipe { get; } = Recipe.Parse("toy.yaml", Text);

    private static readonly Lazy<PromptBuilder> Made = new(() =>
    {
        var directory = Directory.CreateTempSubdirectory("nunchi-tokenizer-");
        try
        {
            return MiniTokenizer.Prepare(Recipe.Tokenizer, directory.FullName, 1);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    });
}
