using Nunchi.Models;
using Nunchi.Tensors;

namespace Nunchi.Generation.Scheduling;

/// <summary>
/// Runs the steps of conversations on several threads together, one pass over the weights for all. A conversation takes a seat while it takes in a prompt or writes an answer; when all
/// who have a seat have handed in what comes next, the last of them runs the pass for all. So conversations join and leave between passes, one alone runs as if there were no others, and
/// no thread stands by.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="tape">Runs passes; disposed with this.</param>
/// <param name="patience">After this time a pass runs without those who have not handed in anything.</param>
internal sealed class PassScheduler(ITextModel model, Tape tape, TimeSpan patience) : IDisposable
{
    /// <summary>Prompt tokens in a pass that writes answers too: more is faster for the prompt and slower for the answers.</summary>
    public const int PromptBesideAnswers = 64;

    /// <summary>Most rows of answers in a pass; each takes a row of logits.</summary>
    private const int MostAnswerRows = 64;

    /// <summary>Rows that a pass of packed products has for the price of little more than one.</summary>
    private const int CheapRows = 8;

    private readonly object _gate = new();
    private readonly List<Waiting> _waiting = [];
    private int _seats;
    private bool _running;

    /// <summary>Passes so far.</summary>
    public long Passes { get; private set; }

    /// <summary>Parts of sequences in all passes so far.</summary>
    public long Parts { get; private set; }

    /// <summary>Conversations that take in prompts or write answers now.</summary>
    public int Seats => Volatile.Read(ref _seats);

    /// <summary>Tokens that a conversation may guess without making the pass much dearer for the others.</summary>
    public int Guesses => Seats <= 1 ? int.MaxValue : Math.Max(0, (CheapRows / Seats) - 1);

    /// <summary>Takes a seat until it is disposed: passes wait for the one who has it.</summary>
    public IDisposable Enter()
    {
        lock (_gate)
            _seats++;
        return new Seat(this);
    }

    /// <summary>Runs a part with the next pass that has room for it; the caller has a seat.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before its pass began.</exception>
    public void Run(SequencePart part, CancellationToken cancellation)
    {
        var own = new Waiting(part, Environment.TickCount64);
        lock (_gate)
        {
            _waiting.Add(own);
            while (!own.Done)
            {
                if (cancellation.IsCancellationRequested && _waiting.Remove(own))
                {
                    Monitor.PulseAll(_gate);
                    throw new OperationCanceledException(cancellation);
                }
                if (!_running && (_waiting.Count >= _seats || Environment.TickCount64 - own.Since >= patience.TotalMilliseconds))
                    Lead();
                else
                    Monitor.Wait(_gate, patience);
            }
        }
        if (own.Failure is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    public void Dispose() => tape.Dispose();

    // Called with the gate held, and gives it back held.
    private void Lead()
    {
        List<Waiting> chosen = Choose();
        _running = true;
        Passes++;
        Parts += chosen.Count;
        Monitor.Exit(_gate);
        try
        {
            lock (model.Turn)
                RunAll(chosen);
        }
        finally
        {
            Monitor.Enter(_gate);
            _running = false;
            foreach (Waiting one in chosen)
                one.Done = true;
            Monitor.PulseAll(_gate);
        }
    }

    // In the order in which they came, which is fair: who has had a piece of a prompt comes after those who have not.
    private List<Waiting> Choose()
    {
        var chosen = new List<Waiting>();
        int answerRows = 0, promptRows = _waiting.Exists(one => !one.Part.IsPrompt) ? PromptBesideAnswers : _waiting.Max(one => one.Part.Most);
        foreach (Waiting one in _waiting)
        {
            int rows = one.Part.IsPrompt ? Math.Min(one.Part.Most, promptRows) : one.Part.Most;
            if (one.Part.IsPrompt ? rows == 0 : answerRows > 0 && answerRows + rows > MostAnswerRows)
                continue;
            promptRows -= one.Part.IsPrompt ? rows : 0;
            answerRows += one.Part.IsPrompt ? 0 : rows;
            one.Part.Take(rows);
            chosen.Add(one);
        }
        _waiting.RemoveAll(chosen.Contains);
        return chosen;
    }

    // What is wrong with one part is told to that one alone.
    private void RunAll(List<Waiting> chosen)
    {
        try
        {
            Pass.Run(model, tape, [.. chosen.Select(one => one.Part)]);
        }
        catch (Exception failure) when (chosen.Count == 1)
        {
            chosen[0].Failure = failure;
        }
        catch (Exception)
        {
            chosen.ForEach(one => RunAll([one]));
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _seats--;
            Monitor.PulseAll(_gate);
        }
    }

    private sealed class Waiting(SequencePart part, long since)
    {
        public SequencePart Part => part;

        public long Since => since;

        public bool Done { get; set; }

        public Exception? Failure { get; set; }
    }

    private sealed class Seat(PassScheduler passes) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _left, true))
                passes.Leave();
        }
    }
}
