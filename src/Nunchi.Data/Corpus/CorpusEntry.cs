namespace Nunchi.Data.Corpus;

/// <summary>A thing that a slot of a template stands for, with its words; the first field is the one that a slot without field name means.</summary>
internal sealed class CorpusEntry(IReadOnlyList<string> fields, IReadOnlyList<string> values)
{
    public string Main => values[0];

    public static CorpusEntry Of(params ReadOnlySpan<(string Field, string Value)> cells)
    {
        string[] fields = new string[cells.Length];
        string[] values = new string[cells.Length];
        for (int i = 0; i < cells.Length; i++)
            (fields[i], values[i]) = cells[i];
        return new CorpusEntry(fields, values);
    }

    public string Get(string field)
    {
        if (field.Length == 0)
            return Main;
        for (int i = 0; i < fields.Count; i++)
        {
            if (fields[i] == field)
                return values[i];
        }

        throw new InvalidDataException($"A template asks for '{field}', but there are {string.Join(", ", fields)}.");
    }
}
