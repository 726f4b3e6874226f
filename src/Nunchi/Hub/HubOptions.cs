namespace Nunchi.Hub;

/// <summary>Which hub, which cache, which token. The defaults are those of Python's <c>huggingface_hub</c>, variables included.</summary>
public sealed record HubOptions
{
    /// <summary>The public hub.</summary>
    public const string DefaultEndpoint = "https://huggingface.co";

    /// <summary>The server, without a slash at the end (<c>HF_ENDPOINT</c>).</summary>
    public Uri Endpoint { get; init; } = new(DefaultEndpoint);

    /// <summary>The directory that holds the cached models (<c>HF_HUB_CACHE</c>, else <c>HF_HOME/hub</c>, else <c>~/.cache/huggingface/hub</c>).</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>The access token (<c>HF_TOKEN</c>, else the file <c>HF_TOKEN_PATH</c>, else <c>HF_HOME/token</c>); null for none. It is sent to <see cref="Endpoint"/> and to no other host.</summary>
    public string? Token { get; init; }

    /// <summary>No network: only what is in the cache (<c>HF_HUB_OFFLINE</c>).</summary>
    public bool Offline { get; init; }

    /// <summary>Files that are fetched at once, 1..32.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int FilesAtOnce
    {
        get;
        init => field = value is >= 1 and <= 32 ? value : throw new ArgumentOutOfRangeException(nameof(FilesAtOnce), value, $"FilesAtOnce is {value}; it must be 1 to 32.");
    } = 4;

    /// <summary>How long a server may say nothing before the connection counts as broken.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest pause that a server may ask for (<c>Retry-After</c>).</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Failures in a row, without a byte between them, after which a file is given up.</summary>
    public int Attempts { get; init; } = 5;

    internal Func<TimeSpan, CancellationToken, Task> Pause { get; init; } = Task.Delay;

    internal Action<string, string> MakeLink { get; init; } = static (place, target) => File.CreateSymbolicLink(place, target);

    internal Func<string, long?> FreeSpace { get; init; } = MeasureFreeSpace;

    /// <summary>Reads the options from the environment of this process.</summary>
    /// <exception cref="ArgumentException">HF_ENDPOINT is no address of a web server.</exception>
    public static HubOptions FromEnvironment() => FromEnvironment(Environment.GetEnvironmentVariable);

    /// <summary>Reads the options from variables.</summary>
    /// <param name="variable">Gives a variable's value, or null.</param>
    /// <exception cref="ArgumentException">HF_ENDPOINT is no address of a web server.</exception>
    public static HubOptions FromEnvironment(Func<string, string?> variable)
    {
        string home = Home(variable);
        string cache = Value(variable, "HF_HUB_CACHE") ?? Value(variable, "HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub");
        string tokenFile = Value(variable, "HF_TOKEN_PATH") ?? Path.Combine(home, "token");
        return new HubOptions
        {
            Endpoint = ReadEndpoint(Value(variable, "HF_ENDPOINT")),
            CacheDirectory = Path.GetFullPath(Expand(cache, variable)),
            Token = Clean(Value(variable, "HF_TOKEN") ?? Value(variable, "HUGGING_FACE_HUB_TOKEN") ?? ReadTokenFile(Expand(tokenFile, variable))),
            Offline = IsOn(variable("HF_HUB_OFFLINE")) || IsOn(variable("TRANSFORMERS_OFFLINE")),
        };
    }

    private static string Home(Func<string, string?> variable)
    {
        if (Value(variable, "HF_HOME") is { } home)
            return Expand(home, variable);
        string cache = Value(variable, "XDG_CACHE_HOME") is { } xdg ? Expand(xdg, variable) : Path.Combine(UserHome(variable), ".cache");
        return Path.Combine(cache, "huggingface");
    }

    private static string UserHome(Func<string, string?> variable) => Value(variable, "HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string Expand(string path, Func<string, string?> variable) =>
        path == "~" ? UserHome(variable) : path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(UserHome(variable), path[2..]) : path;

    private static Uri ReadEndpoint(string? text)
    {
        if (text is null)
            return new Uri(DefaultEndpoint);
        return Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.Query.Length == 0 && uri.UserInfo.Length == 0
            ? uri
            : throw new ArgumentException($"HF_ENDPOINT is \"{text}\"; expected the address of a hub, as in {DefaultEndpoint}.", nameof(text));
    }

    private static string? ReadTokenFile(string file)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: < 4096 } ? File.ReadAllText(file) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // A token with a line break or a blank in it is no token but an attack on the header it goes into.
    private static string? Clean(string? token)
    {
        string trimmed = token?.Trim() ?? "";
        if (trimmed.Length == 0)
            return null;
        return trimmed.All(c => c is > ' ' and < '\x7f') ? trimmed : throw new ArgumentException("The hub token (HF_TOKEN or the token file) holds blanks, line breaks or characters beyond ASCII; it is no token.", nameof(token));
    }

    private static string? Value(Func<string, string?> variable, string name) => variable(name) is { Length: > 0 } value ? value : null;

    private static bool IsOn(string? value) => value?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

    private static long? MeasureFreeSpace(string directory)
    {
        try
        {
            string? place = directory;
            while (place is not null && !Directory.Exists(place))
                place = Path.GetDirectoryName(place);
            return place is null ? null : new DriveInfo(place).AvailableFreeSpace;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
