using System.Globalization;
using Nunchi.Data.Corpus;
using Nunchi.Data.Fonts;
using Nunchi.Tensors.Safetensors;
using Nunchi.Text;
using Nunchi.Training.Recipes;

namespace Nunchi.Training.Vocabularies;

/// <summary>
/// The vocabulary of the small model: every syllable of KS X 1001 one token, so that reading is one token a glyph; coordinates of boxes whole;
/// a few endings of Korean sentences and English words after a blank, because answers are full of them; bytes for everything else.
/// </summary>
internal static class MiniTokenizer
{
    /// <summary>Special tokens in the order of their ids.</summary>
    public static readonly IReadOnlyList<string> SpecialTokens =
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>", ImageToken, "<video>", "<gro>", "<ocr>", "<obj>", "</obj>", "<bbox>", "</bbox>", "<char>", "</char>", "<delim>"];

    public const string ImageToken = "<image>";

    /// <summary>Special tokens that training data may use in any message; what people type never becomes one.</summary>
    public static readonly IReadOnlyList<string> Markup = ["<gro>", "<ocr>", "<obj>", "</obj>", "<bbox>", "</bbox>", "<char>", "</char>", "<delim>"];

    private const int CoordinateSteps = 200;
    private const int LongestEnglishToken = 14;
    private const int TimesASyllable = 1000;

    /// <summary>Coordinates as training data writes them, "0.005" to "0.995". With those that follow a comma as tokens too, a box is four tokens.</summary>
    private static readonly string[] Coordinates =
        [.. Enumerable.Range(1, CoordinateSteps - 1).Select(step => ((decimal)step / CoordinateSteps).ToString("0.###", CultureInfo.InvariantCulture))];

    private static readonly string[] Endings =
        ["입니다", "습니다", "있습니다", "없습니다", "합니다", "됩니다", "이에요", "예요", "있어요", "없어요", "해요", "으로", "에서", "에는", "까지", "부터", "그리고", "사진", "그림", "글자"];

    /// <summary>Reads the run's tokenizer, or makes it first: from the recipe's path, or by training.</summary>
    /// <param name="recipe">What it is to be.</param>
    /// <param name="directory">Where <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and <c>chat_template.jinja</c> lie afterwards.</param>
    /// <param name="seed">Seed of the corpus.</param>
    public static PromptBuilder Prepare(TokenizerRecipe recipe, string directory, ulong seed)
    {
        if (!File.Exists(Path.Combine(directory, "tokenizer.json")))
        {
            Directory.CreateDirectory(directory);
            AtomicFile.WriteAllText(Path.Combine(directory, "chat_template.jinja"), MiniChatTemplate.Source);
            if (recipe.Path is null)
                Train(recipe, seed).Save(directory);
            else
                Copy(recipe.Path, directory);
        }

        var tokenizer = Tokenizer.Load(directory);
        if (tokenizer.TokenId(ImageToken) is null)
            throw new InvalidDataException($"{Path.Combine(directory, "tokenizer.json")} has no token {ImageToken}, which stands for a picture");
        return new PromptBuilder(ChatTemplate.Load(directory), tokenizer, ImageToken);
    }

    /// <summary>Learns the merges of a corpus of our own.</summary>
    public static TrainedTokenizer Train(TokenizerRecipe recipe, ulong seed)
    {
        var trainer = new BpeTrainer(new BpeTrainerOptions
        {
            VocabularySize = recipe.Vocabulary,
            RequiredTokens = [.. KsSyllables.Text.Select(syllable => syllable.ToString()), .. Endings],
            SpecialTokens = SpecialTokens,
            AddedTokens = [.. Coordinates, .. Coordinates.Select(coordinate => ", " + coordinate)],
            MaximumTokenSyllables = 1,
            AllowToken = IsWanted,
        });
        var corpus = new TextCorpus();
        foreach (var sentence in corpus.Sentences(seed, recipe.Sentences))
            trainer.Add(sentence);
        foreach (var syllable in KsSyllables.Text)
            trainer.Add(syllable.ToString(), TimesASyllable);
        return trainer.Train();
    }

    // Signs are read letter by letter; only running English, which follows a blank in small letters, gets words of its own.
    private static bool IsWanted(string token)
    {
        var letters = token.AsSpan().TrimStart(' ');
        if (token.Length - letters.Length > 1)
            return false;
        if (token[0] == ' ')
            return letters.Length <= LongestEnglishToken && !letters.ContainsAnyExceptInRange('a', 'z');
        return token.Length <= 1;
    }

    private static void Copy(string from, string directory)
    {
        var source = Directory.Exists(from) ? from : Path.GetDirectoryName(from)!;
        foreach (var name in (string[])["tokenizer_config.json", "chat_template.jinja", "tokenizer.json"])
            if (File.Exists(Path.Combine(source, name)))
                AtomicFile.WriteAllBytes(Path.Combine(directory, name), File.ReadAllBytes(Path.Combine(source, name)));
    }
}
