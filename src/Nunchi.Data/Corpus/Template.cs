using System.Text;
using Nunchi.Data.Pages;

namespace Nunchi.Data.Corpus;

/// <summary>
/// A sentence with choices and slots: "[a|b]" is one of its parts, "{name}" a drawn thing, "{name.field}" one of its words, "{name:은}" the word with the
/// particle that fits, "{name:~은}" that particle alone (for a word in quotes). A digit after a name means another thing of the same kind.
/// </summary>
internal sealed class Template
{
    private const int Redraws = 8;

    private static readonly Dictionary<string, Particle> Particles = new(StringComparer.Ordinal)
    {
        ["은"] = Particle.Topic,
        ["이"] = Particle.Subject,
        ["을"] = Particle.Object,
        ["으로"] = Particle.Direction,
        ["과"] = Particle.And,
        ["이랑"] = Particle.With,
        ["이나"] = Particle.Or,
        ["이에요"] = Particle.Is,
        ["이야"] = Particle.IsCasual,
        ["이다"] = Particle.IsPlain,
        ["이라고"] = Particle.Called,
        ["아"] = Particle.Vocative,
    };

    private readonly Node[] _nodes;

    private Template(Node[] nodes) => _nodes = nodes;

    /// <exception cref="InvalidDataException">A bracket is not closed, or a particle is unknown.</exception>
    public static Template Parse(string text)
    {
        int at = 0;
        Node[] nodes = Sequence(text, ref at, nested: false);
        return new Template(nodes);
    }

    public string Expand(SeededRandom random, CorpusSlots slots)
    {
        StringBuilder text = new();
        Dictionary<string, CorpusEntry> drawn = new(StringComparer.Ordinal);
        Write(_nodes, text, random, slots, drawn);

        // An empty option leaves the spaces on both of its sides.
        return text.Replace("  ", " ").ToString().Trim();
    }

    private static void Write(Node[] nodes, StringBuilder text, SeededRandom random, CorpusSlots slots, Dictionary<string, CorpusEntry> drawn)
    {
        foreach (Node node in nodes)
        {
            switch (node)
            {
                case Literal literal:
                    text.Append(literal.Text);
                    break;
                case Choice choice:
                    Write(random.Pick(choice.Options), text, random, slots, drawn);
                    break;
                case Slot slot:
                    string word = Find(slot, slots, drawn).Get(slot.Field);
                    if (!slot.ParticleOnly)
                        text.Append(word);
                    if (slot.Particle is { } particle)
                        text.Append(KoreanGrammar.Form(word, particle));
                    break;
            }
        }
    }

    private static CorpusEntry Find(Slot slot, CorpusSlots slots, Dictionary<string, CorpusEntry> drawn)
    {
        if (drawn.TryGetValue(slot.Key, out CorpusEntry? entry))
            return entry;
        for (int i = 0; i < Redraws; i++)
        {
            entry = slots.Draw(slot.Name);
            if (!drawn.Any(other => Slot.KindOf(other.Key) == slot.Name && other.Value.Main == entry.Main))
                break;
        }

        drawn[slot.Key] = entry!;
        return entry!;
    }

    private static Node[] Sequence(string text, ref int at, bool nested)
    {
        List<Node> nodes = [];
        StringBuilder literal = new();
        while (at < text.Length)
        {
            char here = text[at];
            if (nested && (here == ']' || (here == '|' && !IsTurn(text, at))))
                break;
            if (here is '[' or '{')
            {
                Flush(literal, nodes);
                nodes.Add(here == '[' ? Options(text, ref at) : SlotAt(text, ref at));
                continue;
            }

            int length = here == '|' && IsTurn(text, at) ? 2 : 1;
            literal.Append(text, at, length);
            at += length;
        }

        if (nested && at == text.Length)
            throw new InvalidDataException($"The template '{text}' has a '[' without ']'.");
        Flush(literal, nodes);
        return [.. nodes];
    }

    private static bool IsTurn(string text, int at) => at + 1 < text.Length && text[at + 1] == '|';

    private static Choice Options(string text, ref int at)
    {
        List<Node[]> options = [];
        do
        {
            at++;
            options.Add(Sequence(text, ref at, nested: true));
        }
        while (text[at] == '|');
        at++;
        return new Choice(options);
    }

    private static Slot SlotAt(string text, ref int at)
    {
        int end = text.IndexOf('}', at);
        if (end < 0)
            throw new InvalidDataException($"The template '{text}' has a '{{' without '}}'.");
        string inside = text[(at + 1)..end];
        at = end + 1;
        Particle? particle = null;
        bool alone = false;
        int colon = inside.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && colon + 1 < inside.Length)
        {
            alone = inside[colon + 1] == '~';
            string ending = inside[(colon + (alone ? 2 : 1))..];
            if (!Particles.TryGetValue(ending, out Particle found))
                throw new InvalidDataException($"The template '{text}' asks for the particle '{ending}'; there are {string.Join(", ", Particles.Keys)}.");
            particle = found;
            inside = inside[..colon];
        }

        int dot = inside.IndexOf('.', StringComparison.Ordinal);
        string key = dot < 0 ? inside : inside[..dot];
        return new Slot(key, Slot.KindOf(key), dot < 0 ? "" : inside[(dot + 1)..], particle, alone);
    }

    private static void Flush(StringBuilder literal, List<Node> nodes)
    {
        if (literal.Length > 0)
            nodes.Add(new Literal(literal.ToString()));
        literal.Clear();
    }

    private abstract record Node;

    private sealed record Literal(string Text) : Node;

    private sealed record Choice(IReadOnlyList<Node[]> Options) : Node;

    private sealed record Slot(string Key, string Name, string Field, Particle? Particle, bool ParticleOnly) : Node
    {
        public static string KindOf(string key) => key.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
    }
}
