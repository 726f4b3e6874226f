using System.Net;
using System.Security.Cryptography;
using System.Text;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Hub;

/// <summary>
/// Fetches one file into the cache's blobs: under a lock between processes, into <c>HASH.incomplete</c>, going on where an earlier attempt ended,
/// and under its own name only when its hash is right.
/// </summary>
internal sealed class FileDownload(HubTransport transport, HubOptions options, CacheLayout layout, HubRepository repository, Uri address, HubFile file, PullMeter meter)
{
    private readonly string _blob = layout.Blob(file.Hash!);
    private readonly long _size = file.Size!.Value;
    private readonly byte[] _buffer = new byte[1 << 18];
    private long _furthest;

    private string Partial => _blob + ".incomplete";

    /// <returns>Whether it was fetched now; false when it was there.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        if (IsThere())
            return false;
        using FileLock hold = await FileLock.AcquireAsync(layout.Lock(file.Hash!), () => meter.Note($"another process is fetching {file.Path}"), cancellation).ConfigureAwait(false);
        meter.Note(null);
        if (IsThere())
            return false;
        var attempts = new Attempts(options, $"{repository}, {file.Path}", meter.Note);
        for (bool again = false; ; again = true)
        {
            string found = await FetchAsync(attempts, cancellation).ConfigureAwait(false);
            if (found == file.Hash)
                break;
            File.Delete(Partial);
            meter.Have(-_size);
            if (again)
                throw new HubException(HubFailure.Checksum, $"{repository}, {file.Path}: what came has the hash {found}, the hub says {file.Hash}, twice. It was thrown away; the server or something on the way to it damages the file.");
            meter.Note($"{file.Path} came damaged; fetching it again");
        }
        File.Move(Partial, _blob, overwrite: true);
        meter.Finish();
        return true;
    }

    private bool IsThere()
    {
        if (!File.Exists(_blob))
            return false;
        meter.Have(_size);
        meter.Finish();
        return true;
    }

    private async Task<string> FetchAsync(Attempts attempts, CancellationToken cancellation)
    {
        using IncrementalHash hash = NewHash();
        var target = new FileStream(Partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1, FileOptions.Asynchronous);
        await using (target.ConfigureAwait(false))
        {
            if (target.Length > _size)
                target.SetLength(0);
            await TakeExistingAsync(target, hash, cancellation).ConfigureAwait(false);
            _furthest = target.Length;
            await attempts.RunAsync(() => ReceiveAsync(target, hash, attempts, cancellation), cancellation).ConfigureAwait(false);
            target.Flush(flushToDisk: true);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private async Task<bool> ReceiveAsync(FileStream target, IncrementalHash hash, Attempts attempts, CancellationToken cancellation)
    {
        if (target.Length == _size)
            return true;
        using HttpResponseMessage response = await transport.SendAsync(HttpMethod.Get, address, repository, file.Path, target.Length, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            Restart(target, hash);
            throw new TransientException("the server cannot go on where the file was cut");
        }
        long? from = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.From : 0;
        if (from != target.Length)
        {
            Restart(target, hash);
            if (from != 0)
                throw new TransientException("the server sends another part of the file than was asked for");
        }
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            while (await transport.ReadAsync(body, _buffer, silence, cancellation).ConfigureAwait(false) is var count and > 0)
            {
                if (target.Length + count > _size)
                {
                    Restart(target, hash);
                    throw new TransientException($"the server sends more than the file's {_size} bytes");
                }
                await target.WriteAsync(_buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
                hash.AppendData(_buffer, 0, count);
                meter.Receive(count);
                if (target.Length > _furthest)
                {
                    _furthest = target.Length;
                    attempts.Succeed(); // only for what has never come before, or a server that always starts over would be asked for ever
                }
            }
        }
        return target.Length == _size ? true : throw new TransientException($"the connection ended after {target.Length} of {_size} bytes");
    }

    private async Task TakeExistingAsync(FileStream target, IncrementalHash hash, CancellationToken cancellation)
    {
        target.Position = 0;
        while (await target.ReadAsync(_buffer, cancellation).ConfigureAwait(false) is var count and > 0)
            hash.AppendData(_buffer, 0, count);
        meter.Have(target.Length);
    }

    private void Restart(FileStream target, IncrementalHash hash)
    {
        meter.Have(-target.Length);
        target.SetLength(0);
        _ = hash.GetHashAndReset();
        Begin(hash);
    }

    private IncrementalHash NewHash()
    {
        // Small files go by git's name for them, which is a SHA-1 over a header and the bytes.
#pragma warning disable CA5350
        IncrementalHash hash = IncrementalHash.CreateHash(file.Hash!.Length == 64 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        Begin(hash);
        return hash;
    }

    private void Begin(IncrementalHash hash)
    {
        if (file.Hash!.Length == 40)
            hash.AppendData(Encoding.ASCII.GetBytes($"blob {_size}\0"));
    }
}
