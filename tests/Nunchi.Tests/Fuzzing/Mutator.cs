using System.Text;

namespace Nunchi.Tests.Fuzzing;

/// <summary>Damages inputs: bytes and bits changed, pieces cut, repeated, moved or taken from elsewhere, numbers and words of formats put in their places.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> seeds, IReadOnlyList<string> words)
{
    private const int LongestInput = 1 << 17;

    private static readonly string[] Numbers =
        ["0", "-1", "1", "255", "256", "65535", "65536", "2147483647", "2147483648", "-2147483648", "4294967296", "9223372036854775807", "18446744073709551616", "1e308", "1e309", "-0.0", "0.5", "1e-320", "NaN"];

    private readonly Random _random = new(seed);

    internal byte[] Next()
    {
        byte[] source = seeds[_random.Next(seeds.Count)];
        var bytes = new List<byte>(source);
        for (int changes = 1 + _random.Next(_random.Next(2) == 0 ? 2 : 12); changes > 0; changes--)
            Change(bytes);
        if (bytes.Count > LongestInput)
            bytes.RemoveRange(LongestInput, bytes.Count - LongestInput);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        int at = bytes.Count == 0 ? 0 : _random.Next(bytes.Count);
        switch (_random.Next(11))
        {
            case 0 when bytes.Count > 0:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 1 when bytes.Count > 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 2 when bytes.Count > 0:
                bytes[at] = (byte)(_random.Next(2) == 0 ? 0 : 0xff);
                break;
            case 3:
                bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + _random.Next(_random.Next(4) == 0 ? 4096 : 8)));
                break;
            case 4 when bytes.Count > 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5 when bytes.Count > 0:
                int length = Math.Min(bytes.Count - at, 1 + _random.Next(64));
                byte[] piece = [.. bytes.GetRange(at, length)];
                for (int times = 1 + _random.Next(_random.Next(8) == 0 ? 256 : 3); times > 0 && bytes.Count < LongestInput; times--)
                    bytes.InsertRange(at, piece);
                break;
            case 6:
                byte[] other = seeds[_random.Next(seeds.Count)];
                int from = _random.Next(other.Length);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + 1 + _random.Next(256))]);
                break;
            case 7:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pick(words)));
                break;
            case 8:
                Replace(bytes, at, Encoding.UTF8.GetBytes(Pick(Numbers)), static value => value is >= (byte)'0' and <= (byte)'9' or (byte)'.' or (byte)'-');
                break;
            case 9:
                Replace(bytes, at, Encoding.UTF8.GetBytes(Pick(words)), static value => char.IsAsciiLetter((char)value) || value == '_');
                break;
            default:
                for (int i = 0; i < 4 && at + i < bytes.Count; i++)
                    bytes[at + i] = (byte)(_random.Next(2) == 0 ? 0x7f : 0xff);
                break;
        }
    }

    // The run of such bytes at or after the place.
    private static void Replace(List<byte> bytes, int at, byte[] with, Func<byte, bool> belongs)
    {
        int start = at;
        while (start < bytes.Count && !belongs(bytes[start]))
            start++;
        int end = start;
        while (end < bytes.Count && belongs(bytes[end]))
            end++;
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, with);
    }

    private string Pick(IReadOnlyList<string> list) => list.Count == 0 ? "" : list[_random.Next(list.Count)];
}
