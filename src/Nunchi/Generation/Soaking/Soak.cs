using System.Diagnostics;
using Nunchi.Chat;
using Nunchi.Images;

namespace Nunchi.Generation.Soaking;

/// <summary>
/// Random conversations with pictures at once, some cancelled, some going on in an engine that another one used, on everything that saves work; every answer is compared, in the bits of
/// its log-probabilities, with the one that the same weights give without drafts, shared beginnings and shared passes. Memory is watched.
/// </summary>
public sealed class Soak : IDisposable
{
    /// <summary>Different conversations; each is answered plainly once.</summary>
    private const int Scenarios = 96;

    private const int MostFaults = 10;
    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(0.5);

    private readonly ChatEngine _model;
    private readonly ChatEngine _plain;
    private readonly SoakOptions _options;
    private readonly IProgress<string>? _progress;
    private readonly RgbImage[] _pictures;
    private readonly Dictionary<int, SoakAnswer> _expected = [];
    private readonly SemaphoreSlim _plainTurn = new(1, 1);
    private readonly Lock _count = new();
    private readonly List<string> _faults = [];
    private readonly MemoryTrend _memory = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _nextReading;
    private int _started, _answers, _cancelled, _wrong;
    private long _tokens, _drafted, _accepted, _cached;

    private Soak(ChatEngine model, ChatEngine plain, SoakOptions options, IProgress<string>? progress)
    {
        (_model, _plain, _options, _progress) = (model, plain, options, progress);
        _pictures = SoakScenario.Pictures(options.Seed);
    }

    /// <summary>Runs.</summary>
    /// <param name="path">A checkpoint directory.</param>
    /// <param name="engine">How the engine runs. Its stores of features and beginnings are made small, so that they are full and entries go.</param>
    /// <param name="options">What to do.</param>
    /// <param name="progress">Told how it goes.</param>
    /// <param name="cancellation">Ends it early; what was seen until then counts.</param>
    /// <exception cref="FileNotFoundException">The checkpoint is not there.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged or not supported.</exception>
    public static async Task<SoakReport> RunAsync(string path, EngineOptions engine, SoakOptions options, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        using ChatEngine model = ChatEngine.Load(path, engine with { FeatureBytes = Math.Min(engine.FeatureBytes, 4L << 20), PrefixBytes = Math.Min(engine.PrefixBytes, 32L << 20) });
        using ChatEngine plain = model.SharePlain();
        using var soak = new Soak(model, plain, options, progress);
        return await soak.RunAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _plainTurn.Dispose();

    private async Task<SoakReport> RunAsync(CancellationToken cancellation)
    {
        await Task.WhenAll(Enumerable.Range(0, _options.Conversations).Select(worker => Task.Run(() => Work(worker, cancellation), CancellationToken.None))).ConfigureAwait(false);
        var (before, after, grew) = _memory.Compare();
        return new SoakReport
        {
            Answers = _answers,
            Cancelled = _cancelled,
            Wrong = _wrong,
            Faults = _faults,
            Tokens = _tokens,
            Drafted = _drafted,
            Accepted = _accepted,
            Cached = _cached,
            Together = _model.SequencesAPass,
            BytesBefore = before,
            BytesAfter = after,
            Grew = grew,
            Duration = _watch.Elapsed,
        };
    }

    private async Task Work(int worker, CancellationToken cancellation)
    {
        var random = new Random(unchecked((_options.Seed * 31) + worker));
        ChatEngine own = _model.Share();
        try
        {
            while (_watch.Elapsed < _options.Duration && !cancellation.IsCancellationRequested && !(Interlocked.Increment(ref _started) > _options.Answers))
            {
                if (random.Next(4) == 0)
                {
                    own.Dispose();
                    own = _model.Share();
                }
                SoakScenario scenario = SoakScenario.Make(_options.Seed, random.Next(Scenarios), _pictures);
                await Answer(own, scenario, random.Next(4) == 0 ? random.Next(1, 30) : null, cancellation).ConfigureAwait(false);
                Read();
            }
        }
        finally
        {
            own.Dispose();
        }
    }

    private async Task Answer(ChatEngine engine, SoakScenario scenario, int? leaveAfter, CancellationToken cancellation)
    {
        try
        {
            SoakAnswer answer = await SoakAnswer.Ask(engine, scenario, leaveAfter, cancellation).ConfigureAwait(false);
            SoakAnswer expected = await Expected(scenario, cancellation).ConfigureAwait(false);
            Count(answer, answer.Difference(expected) is { } difference ? $"conversation {scenario.Number} of seed {_options.Seed}: {difference}" : null);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
        catch (Exception failure)
        {
            Count(new SoakAnswer([], null), $"conversation {scenario.Number} of seed {_options.Seed}: {failure.GetType().Name}: {failure.Message}");
        }
    }

    private async Task<SoakAnswer> Expected(SoakScenario scenario, CancellationToken cancellation)
    {
        await _plainTurn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!_expected.TryGetValue(scenario.Number, out SoakAnswer? plain))
                _expected[scenario.Number] = plain = await SoakAnswer.Ask(_plain, scenario, null, cancellation).ConfigureAwait(false);
            return plain;
        }
        finally
        {
            _plainTurn.Release();
        }
    }

    private void Count(SoakAnswer answer, string? fault)
    {
        lock (_count)
        {
            _tokens += answer.Tokens.Count;
            if (answer.End is { } end)
            {
                _answers++;
                _drafted += end.Usage.DraftedTokens;
                _accepted += end.Usage.AcceptedTokens;
                _cached += end.Usage.CachedTokens;
            }
            else if (fault == null)
            {
                _cancelled++;
            }
            if (fault == null)
                return;
            _wrong++;
            if (_faults.Count < MostFaults)
                _faults.Add(fault);
        }
    }

    private void Read()
    {
        lock (_count)
        {
            if (_watch.Elapsed < _nextReading)
                return;
            _nextReading = _watch.Elapsed + Reading;
            GC.Collect();
            long bytes = Environment.WorkingSet;
            _memory.Add(bytes);
            _progress?.Report($"{_watch.Elapsed:hh\\:mm\\:ss}, {_answers} answers, {_cancelled} cancelled, {_wrong} wrong, {bytes / 1e6:0} MB");
        }
    }
}
