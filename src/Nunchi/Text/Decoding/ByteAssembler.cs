using System.Buffers;
using System.Text;
using Nunchi.Text.BytePairs;

namespace Nunchi.Text.Decoding;

/// <summary>Text of tokens that are bytes: the first bytes of a character are held back until the rest has come.</summary>
internal sealed class ByteAssembler(Vocabulary vocabulary) : TextAssembler
{
    private readonly byte[] _held = new byte[3];
    private int _heldCount;

    public override string Push(int id)
    {
        var bytes = vocabulary.Span(id);
        Span<byte> small = stackalloc byte[128];
        var all = bytes.Length + 3 <= small.Length ? small : new byte[bytes.Length + 3];
        _held.AsSpan(0, _heldCount).CopyTo(all);
        bytes.CopyTo(all[_heldCount..]);
        all = all[..(_heldCount + bytes.Length)];
        _heldCount = Unfinished(all);
        all[^_heldCount..].CopyTo(_held);
        return Encoding.UTF8.GetString(all[..^_heldCount]);
    }

    public override string Flush()
    {
        var text = Encoding.UTF8.GetString(_held.AsSpan(0, _heldCount));
        _heldCount = 0;
        return text;
    }

    /// <summary>How many bytes at the end begin a character without ending it.</summary>
    private static int Unfinished(ReadOnlySpan<byte> bytes)
    {
        for (var count = Math.Min(3, bytes.Length); count > 0; count--)
        {
            if (Rune.DecodeFromUtf8(bytes[^count..], out _, out _) == OperationStatus.NeedMoreData)
                return count;
        }

        return 0;
    }
}
