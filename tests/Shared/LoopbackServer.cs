using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nunchi.Testing;

/// <summary>A request that a <see cref="LoopbackServer"/> got.</summary>
internal sealed record LoopbackRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers)
{
    public string? Authorization => Headers.GetValueOrDefault("authorization");

    /// <summary>The first byte that a Range header asks for; 0 without one.</summary>
    public long From => Headers.GetValueOrDefault("range") is { } range ? long.Parse(range["bytes=".Length..^1]) : 0;
}

/// <summary>What a <see cref="LoopbackServer"/> answers.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body; its length is sent as Content-Length.</param>
/// <param name="Headers">More headers.</param>
internal sealed record LoopbackAnswer(int Status, byte[] Body, params IReadOnlyList<(string Name, string Value)> Headers)
{
    /// <summary>Bytes of the body after which the connection is cut; null for none.</summary>
    public int? CutAfter { get; init; }

    /// <summary>What Content-Length says instead of the truth.</summary>
    public long? ClaimedLength { get; init; }
}

/// <summary>A small HTTP server on 127.0.0.1 that can misbehave: one request a connection.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<LoopbackRequest, Task<LoopbackAnswer>> handler;
    private readonly List<LoopbackRequest> requests = [];

    public LoopbackServer(Func<LoopbackRequest, Task<LoopbackAnswer>> handler)
    {
        this.handler = handler;
        listener.Start();
        Endpoint = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        _ = Task.Run(AcceptAsync);
    }

    public string Endpoint { get; }

    public IReadOnlyList<LoopbackRequest> Requests
    {
        get
        {
            lock (requests)
                return [.. requests];
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        listener.Stop();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptSocketAsync(stop.Token).ConfigureAwait(false);
                _ = Task.Run(() => ServeAsync(socket));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            if (await ReadAsync(stream).ConfigureAwait(false) is not { } request)
                return;
            lock (requests)
                requests.Add(request);
            LoopbackAnswer answer = await handler(request).ConfigureAwait(false);
            var head = new StringBuilder($"HTTP/1.1 {answer.Status} Answer\r\nConnection: close\r\nContent-Length: {answer.ClaimedLength ?? answer.Body.Length}\r\n");
            foreach (var (name, value) in answer.Headers)
                head.Append($"{name}: {value}\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString())).ConfigureAwait(false);
            if (request.Method != "HEAD")
                await stream.WriteAsync(answer.Body.AsMemory(0, answer.CutAfter ?? answer.Body.Length)).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The client has gone.
        }
    }

    private static async Task<LoopbackRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        byte[] one = new byte[1];
        while (head.Count < 4 || !(head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            if (await stream.ReadAsync(one).ConfigureAwait(false) == 0)
                return null;
            head.Add(one[0]);
        }
        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] first = lines[0].Split(' ');
        var headers = new Dictionary<string, string>();
        foreach (string line in lines[1..])
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon].ToLowerInvariant()] = line[(colon + 1)..].Trim();
        }
        return new LoopbackRequest(first[0], first[1], headers);
    }
}
