using Nunchi.Tensors.Backends;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Recipes;

namespace Nunchi.Training.Stages;

/// <summary>What a stage is built from.</summary>
/// <param name="Recipe">The whole recipe.</param>
/// <param name="Stage">The stage's part of it.</param>
/// <param name="Backend">Where the arithmetic runs.</param>
/// <param name="RunDirectory">Where the run lies; the tokenizer is kept there.</param>
/// <param name="CreateBackend">Makes another backend like it, with so many threads, for parts that run at once.</param>
internal sealed record StageContext(Recipe Recipe, StageRecipe Stage, ComputeBackend Backend, string RunDirectory, Func<int, ComputeBackend> CreateBackend)
{
    /// <summary>A seed for one purpose of this stage, the same on every machine.</summary>
    public ulong SeedFor(string purpose)
    {
        var hash = 14695981039346656037UL ^ (ulong)Recipe.Seed;
        foreach (var letter in $"{Stage.Name}/{purpose}")
            hash = (hash ^ letter) * 1099511628211UL;
        return hash;
    }
}

/// <summary>A stage of training: a loop over a model that inference runs, with data of its own.</summary>
internal abstract class Stage : IDisposable
{
    /// <summary>Every tensor of the stage, frozen ones included, in a fixed order.</summary>
    public abstract IReadOnlyList<TrainingParameter> Parameters { get; }

    /// <summary>Names of what a step measures beside its loss.</summary>
    public abstract IReadOnlyList<string> MeterNames { get; }

    /// <summary>Levels of difficulty that the data knows.</summary>
    public abstract int Levels { get; }

    /// <summary>Samples that may be in preparation.</summary>
    public abstract int Lead { get; }

    /// <summary>Index of the next sample that a step will see.</summary>
    public abstract long NextSample { get; }

    /// <summary>Time spent waiting for samples.</summary>
    public abstract TimeSpan Waited { get; }

    /// <summary>Starts making samples.</summary>
    public abstract void Start(long firstSample, Curriculum curriculum);

    /// <summary>Runs forward and backward over the samples of one step; gradients lie in the parameters afterwards.</summary>
    public abstract void Run(StepReport report);

    /// <summary>Measures the model on samples that no step sees; gradients are not touched.</summary>
    public abstract void Evaluate(int samples, int level, StepReport report);

    /// <summary>A self-contained page with samples and the model's answers.</summary>
    public abstract string Sheet(int samples, int level, string title);

    /// <summary>Told which modules begin at random, before the first step: a stage may start them better than that.</summary>
    public virtual void StartAtRandom(IReadOnlyCollection<string> modules)
    {
    }

    /// <summary>Adds the codes of glyphs to the decoder's embedding.</summary>
    /// <exception cref="NotSupportedException">The stage has no decoder.</exception>
    public virtual void AddGlyphCodes() => throw new NotSupportedException("the stage has no decoder");

    /// <summary>Writes the model as a directory that inference loads; stages without a whole model write nothing.</summary>
    public virtual void Export(string directory)
    {
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>A stage whose samples come from a queue and are put together by number or by tokens.</summary>
/// <typeparam name="T">A recycled sample.</typeparam>
internal abstract class Stage<T> : Stage
    where T : class
{
    private const int LeastCapacity = 32;
    private const int MostCapacity = 512;
    private const int TokensPerSample = 64;
    private readonly BatchRecipe _batch;
    private readonly int _producers;
    private readonly List<List<T>> _parts = [];
    private readonly long[] _sizes;
    private readonly List<StepReport> _laneReports = [];
    private readonly List<(int Tokens, int Index, T Sample)> _order = [];
    private SampleQueue<T>? _queue;
    private TimeSpan _waited;

    protected Stage(StageContext context)
    {
        Context = context;
        _batch = context.Stage.Batch;
        _sizes = new long[_batch.Accumulate];
        _producers = context.Recipe.Producers;
        var perStep = _batch.Samples is { } samples ? (long)samples * _batch.Accumulate : (long)_batch.Tokens!.Value / TokensPerSample * _batch.Accumulate;
        Lead = (int)Math.Max(_batch.Samples * _batch.Accumulate ?? 1, Math.Clamp(3 * perStep, LeastCapacity, MostCapacity));
        for (var i = 0; i < _batch.Accumulate; i++)
            _parts.Add([]);
    }

    public sealed override int Lead { get; }

    public sealed override long NextSample => _queue?.NextIndex ?? 0;

    public sealed override TimeSpan Waited => _queue?.Waited ?? _waited;

    protected StageContext Context { get; }

    public sealed override void Start(long firstSample, Curriculum curriculum)
    {
        if (_queue is not null)
            throw new InvalidOperationException("the stage has already started");
        _queue = new SampleQueue<T>(Lead, _producers, firstSample, CreateSample, CreateMaker, curriculum.LevelAt);
    }

    public sealed override void Run(StepReport report)
    {
        var queue = _queue ?? throw new InvalidOperationException("start the stage first");
        report.Clear();
        var taken = 0;
        double weight = 0;
        foreach (var part in _parts)
        {
            part.Clear();
            taken += Fill(queue, part, taken, report);
            foreach (var sample in part)
                weight += Weight(sample);
        }

        Prepare(_parts);
        if (_batch.Lanes > 1)
            RunLanes(weight, report);
        else
            foreach (var part in _parts)
                if (part.Count > 0)
                    Accumulate(part, weight, report);
        Finish(report);
        queue.Release(taken);
    }

    /// <summary>A fresh buffer for a sample.</summary>
    protected abstract T CreateSample();

    /// <summary>A maker for one producer thread.</summary>
    protected abstract ISampleMaker<T> CreateMaker();

    /// <summary>Tokens that a sample takes of the budget.</summary>
    protected abstract int Tokens(T sample);

    /// <summary>Whether a sample must be left out (too long); it is counted.</summary>
    protected virtual bool MustDrop(T sample) => false;

    /// <summary>A sample's share of the loss: its labelled tokens, for example. The loss of a step is the sum over its samples divided by the sum of these.</summary>
    protected virtual double Weight(T sample) => 1;

    /// <summary>Sees all parts of the step before the first is run.</summary>
    protected virtual void Prepare(IReadOnlyList<IReadOnlyList<T>> parts)
    {
    }

    /// <summary>Forward and backward of one part; adds to the gradients and to the report.</summary>
    protected abstract void Accumulate(List<T> part, double stepWeight, StepReport report);

    /// <summary>Forward and backward of one part beside the parts of other lanes; adds to the lane's own gradients.</summary>
    /// <param name="lane">Which, from 0.</param>
    /// <param name="part">The samples.</param>
    /// <param name="stepWeight">Weight of all samples of the step.</param>
    /// <param name="report">The lane's own.</param>
    protected virtual void Accumulate(int lane, List<T> part, double stepWeight, StepReport report) => throw new NotSupportedException("this stage has no lanes");

    /// <summary>Says how many threads a lane may use from now on; results do not depend on it. May come from another lane's thread.</summary>
    protected virtual void GiveThreads(int lane, int threads)
    {
    }

    /// <summary>Adds the gradients of the lanes, in their order, to the parameters'.</summary>
    protected virtual void GatherLanes()
    {
    }

    /// <summary>Sees the report of the whole step.</summary>
    protected virtual void Finish(StepReport report)
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing || _queue is null)
            return;
        _waited = _queue.Waited;
        _queue.Dispose();
    }

    // What a lane does depends on the recipe alone; only whether lanes run at once depends on the threads.
    private void RunLanes(double weight, StepReport report)
    {
        Balance();
        while (_laneReports.Count < _batch.Lanes)
            _laneReports.Add(new StepReport(MeterNames));
        var running = Enumerable.Range(0, _batch.Lanes).ToHashSet();
        void ShareThreads()
        {
            foreach (var lane in running)
                GiveThreads(lane, Math.Max(1, Context.Backend.Threads / running.Count));
        }

        void Lane(int lane)
        {
            _laneReports[lane].Clear();
            for (var part = lane; part < _parts.Count; part += _batch.Lanes)
                if (_parts[part].Count > 0)
                    Accumulate(lane, _parts[part], weight, _laneReports[lane]);

            // Parts are never equally long: who is done leaves his threads to the others.
            lock (running)
            {
                running.Remove(lane);
                ShareThreads();
            }
        }

        ShareThreads();

        if (Context.Backend.Threads == 1)
        {
            for (var lane = 0; lane < _batch.Lanes; lane++)
                Lane(lane);
        }
        else
        {
            var others = Enumerable.Range(1, _batch.Lanes - 1).Select(lane => Task.Factory.StartNew(() => Lane(lane), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
            try
            {
                Lane(0);
            }
            finally
            {
                Task.WaitAll(others);
            }
        }

        GatherLanes();
        foreach (var lane in _laneReports)
            report.Add(lane);
    }

    // Lanes wait for the slowest: the largest samples go first, each to the part that has least.
    private void Balance()
    {
        _order.Clear();
        foreach (var part in _parts)
        {
            foreach (var sample in part)
                _order.Add((Tokens(sample), _order.Count, sample));
            part.Clear();
        }

        _order.Sort(static (a, b) => a.Tokens != b.Tokens ? b.Tokens.CompareTo(a.Tokens) : a.Index.CompareTo(b.Index));
        Array.Clear(_sizes);
        foreach (var (tokens, _, sample) in _order)
        {
            var least = Array.IndexOf(_sizes, _sizes.Min());
            _parts[least].Add(sample);
            _sizes[least] += tokens;
        }

        _order.Clear();
    }

    private int Fill(SampleQueue<T> queue, List<T> part, int taken, StepReport report)
    {
        var own = 0;
        long tokens = 0;
        while (taken + own < queue.Capacity)
        {
            if (part.Count == _batch.Samples)
                break;
            var next = queue.Peek();
            var drop = MustDrop(next);
            if (!drop && part.Count > 0 && _batch.Tokens is { } budget && tokens + Tokens(next) > budget)
                break;
            queue.Take();
            own++;
            if (drop)
            {
                report.Dropped++;
                continue;
            }

            part.Add(next);
            tokens += Tokens(next);
        }

        report.Samples += part.Count;
        report.Tokens += tokens;
        return own;
    }
}
