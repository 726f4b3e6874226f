namespace Nunchi.Text.Decoding;

/// <summary>Puts the text of one sequence together, token by token; for one thread.</summary>
internal abstract class TextAssembler
{
    /// <summary>Takes the next id, which must have a token; gives the text that is certain now.</summary>
    public abstract string Push(int id);

    /// <summary>Ends the sequence: gives the text that was held back, and is ready for the next sequence.</summary>
    public abstract string Flush();
}
