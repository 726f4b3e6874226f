using System.Runtime.InteropServices;
using Iced.Intel;

namespace Nunchi.Tensors.Native;

/// <summary>
/// Machine code in memory of its own: written while the pages are writable, then made readable and executable, never both. It stays as long as the process.
/// </summary>
internal static unsafe partial class ExecutableMemory
{
    private const int Read = 1, Write = 2, Execute = 4, Private = 2;

    /// <summary>
    /// Loads code and gives its first byte, or null where the system does not allow it. Linux and macOS on x64 only; elsewhere null, and the portable kernels run.
    /// </summary>
    public static void* TryLoad(ReadOnlySpan<byte> code)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || !(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()))
            return null;
        int anonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;
        nuint length = ((nuint)code.Length + 4095) & ~(nuint)4095;
        void* address = Map(null, length, Read | Write, Private | anonymous, -1, 0);
        if (address == (void*)-1)
            return null;
        code.CopyTo(new Span<byte>(address, code.Length));
        if (Protect(address, length, Read | Execute) == 0)
            return address;
        _ = Unmap(address, length);
        return null;
    }

    /// <summary>What was written with an assembler, as bytes that may lie anywhere.</summary>
    public static byte[] Bytes(Assembler assembler)
    {
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), 0);
        return stream.ToArray();
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(void* address, nuint length);
}
