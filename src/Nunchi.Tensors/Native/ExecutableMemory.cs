using System.Runtime.InteropServices;

namespace Nunchi.Tensors.Native;

/// <summary>
/// Machine code in memory of its own: written while the pages are writable, then made readable and executable, never both.
/// Linux and macOS on x64 only; elsewhere <see cref="TryLoad"/> gives null and the portable kernels run.
/// </summary>
internal sealed unsafe partial class ExecutableMemory : IDisposable
{
    private const int Read = 1, Write = 2, Execute = 4, Private = 2;
    private readonly nuint _length;
    private void* _address;

    private ExecutableMemory(void* address, nuint length)
    {
        _address = address;
        _length = length;
    }

    /// <summary>First byte of the code.</summary>
    public void* Address => _address != null ? _address : throw new ObjectDisposedException(nameof(ExecutableMemory));

    /// <summary>Loads code, or gives null where the system does not allow it.</summary>
    public static ExecutableMemory? TryLoad(ReadOnlySpan<byte> code)
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
            return new ExecutableMemory(address, length);
        _ = Unmap(address, length);
        return null;
    }

    /// <summary>Unmaps the code; it must not run any more.</summary>
    public void Dispose()
    {
        if (_address != null)
            _ = Unmap(_address, _length);
        _address = null;
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
