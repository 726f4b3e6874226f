using System.Runtime.InteropServices;

namespace Nunchi.Tensors.Safetensors;

/// <summary>
/// Tells the operating system which pages of a mapped file come next and which are done with, so that reading a checkpoint faults in large steps and does
/// not keep the file's pages beside the weights made of them. Only advice: where it is not known, reading is the same.
/// </summary>
internal static unsafe partial class MappedPages
{
    /// <summary>Bytes of a large page.</summary>
    internal const long HugePage = 1 << 21;

    private const int DontNeed = 4, HugePages = 14, NoHugePages = 15, PopulateRead = 22, PopulateWrite = 23;

    /// <summary>The pages are read next.</summary>
    internal static void Prepare(byte* start, long length) => Advise(start, length, PopulateRead, inside: false);

    /// <summary>The pages that lie wholly inside have been read; they leave the process's memory and stay in the system's cache.</summary>
    internal static void Release(byte* start, long length) => Advise(start, length, DontNeed, inside: true);

    /// <summary>Memory that will hold weights: pages of 2 MB save hundreds of thousands of faults, and address look-ups afterwards.</summary>
    internal static void PreferHuge(void* start, long length) => Advise((byte*)start, length, HugePages, inside: true);

    /// <summary>What has no page yet takes small ones from now on.</summary>
    internal static void PreferSmall(void* start, long length) => Advise((byte*)start, length, NoHugePages, inside: true);

    /// <summary>Memory that is written next gets its pages now; contents stay.</summary>
    internal static void PrepareWriting(byte* start, long length) => Advise(start, length, PopulateWrite, inside: true);

    private static void Advise(byte* start, long length, int advice, bool inside)
    {
        if (!OperatingSystem.IsLinux() || length <= 0)
            return;
        ulong page = (ulong)Environment.SystemPageSize, from = (ulong)start, to = from + (ulong)length;
        from = inside ? (from + page - 1) / page * page : from / page * page;
        to = inside ? to / page * page : to;
        if (from < to)
            _ = MAdvise((void*)from, (nuint)(to - from), advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MAdvise(void* start, nuint length, int advice);
}
