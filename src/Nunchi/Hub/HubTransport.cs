using System.Net;
using System.Net.Http.Headers;

namespace Nunchi.Hub;

/// <summary>
/// Single requests to a hub. Redirects are followed here and not by the HTTP library, because the token goes to the endpoint and to no other host.
/// </summary>
internal sealed class HubTransport : IDisposable
{
    private const int MostRedirects = 8;
    private readonly HubOptions _options;
    private readonly HttpClient _http;

    public HubTransport(HubOptions options)
    {
        _options = options;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            MaxResponseHeadersLength = 64,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("nunchi/" + (typeof(HubTransport).Assembly.GetName().Version?.ToString(3) ?? "0"));
        _http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity");
    }

    /// <summary>The address of something on the endpoint.</summary>
    public Uri Address(string path) => new(_options.Endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/') + path);

    /// <summary>Sends one request, following redirects.</summary>
    /// <param name="method">GET or HEAD. A HEAD is not followed to another host: what the hub says about the file stands in its own answer.</param>
    /// <param name="address">Where.</param>
    /// <param name="repository">What it is about, for messages.</param>
    /// <param name="file">The file it is about, for messages.</param>
    /// <param name="from">First byte that is wanted.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>A success, a redirect (HEAD only), or 416 when <paramref name="from"/> is not 0; its body is still to be read.</returns>
    /// <exception cref="TransientException">It may go well another time.</exception>
    /// <exception cref="HubException">It will not.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, HubRepository repository, string? file, long from, CancellationToken cancellation)
    {
        for (int hop = 0; hop <= MostRedirects; hop++)
        {
            HttpResponseMessage response = await SendOnceAsync(method, address, from, cancellation).ConfigureAwait(false);
            if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
            {
                Uri next = Follow(address, location);
                if (method == HttpMethod.Head && !IsEndpoint(next))
                    return response;
                response.Dispose();
                address = next;
                continue;
            }
            if (response.IsSuccessStatusCode || (from > 0 && response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable))
                return response;
            using (response)
            {
                throw IsEndpoint(address)
                    ? HubErrors.Of(response, _options, repository, file)
                    : new TransientException($"{address.Authority}, to which the hub redirects, answers {(int)response.StatusCode}"); // signed addresses run out; the hub gives a new one
            }
        }
        throw new HubException(HubFailure.BadAnswer, $"{_options.Endpoint} redirects more than {MostRedirects} times on the way to {repository}{(file is null ? "" : $", {file}")}.");
    }

    /// <summary>Reads some bytes; a server that says nothing for too long counts as gone.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    public async Task<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationTokenSource silence, CancellationToken cancellation)
    {
        silence.CancelAfter(_options.Silence);
        try
        {
            return await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException($"the server has sent nothing for {_options.Silence.TotalSeconds:0} s");
        }
        catch (IOException failure)
        {
            throw new TransientException("the connection broke", inner: failure);
        }
    }

    /// <summary>Reads a whole body of limited length.</summary>
    public async Task<byte[]> ReadAllAsync(HttpResponseMessage response, int limit, string what, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            using var all = new MemoryStream();
            byte[] buffer = new byte[1 << 16];
            while (await ReadAsync(body, buffer, silence, cancellation).ConfigureAwait(false) is var count and > 0)
            {
                if (all.Length + count > limit)
                    throw new HubException(HubFailure.BadAnswer, $"{what} is longer than {limit} bytes; that is no listing of a model.");
                all.Write(buffer, 0, count);
            }
            if (response.Content.Headers.ContentLength is { } length && all.Length < length)
                throw new TransientException("the connection broke");
            return all.ToArray();
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri address, long from, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, address);
        if (_options.Token is { } token && IsEndpoint(address))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(_options.Silence);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException($"{address.Authority} does not answer");
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            string reason = failure.HttpRequestError == HttpRequestError.NameResolutionError ? "its name does not resolve" : $"no secure connection ({failure.InnerException?.Message ?? failure.Message})";
            throw new HubException(HubFailure.Network, $"{address.Authority} cannot be reached: {reason}. Without a way to the internet, set HF_ENDPOINT to a mirror, or copy a checkpoint directory here and name it.", failure);
        }
        catch (HttpRequestException failure)
        {
            throw new TransientException($"{address.Authority} cannot be reached ({failure.Message})", inner: failure);
        }
    }

    private static Uri Follow(Uri from, Uri location)
    {
        var next = new Uri(from, location);
        if (next.Scheme is not ("http" or "https") || (from.Scheme == "https" && next.Scheme == "http"))
            throw new HubException(HubFailure.Refused, $"{from.Authority} redirects to {HubText.Shown(next.GetLeftPart(UriPartial.Authority))}: from a secure connection to one that is not, or to something that is no web server.");
        return next;
    }

    private bool IsEndpoint(Uri address) =>
        address.Scheme == _options.Endpoint.Scheme && address.Port == _options.Endpoint.Port && string.Equals(address.IdnHost, _options.Endpoint.IdnHost, StringComparison.OrdinalIgnoreCase);
}
