using System.Text;
using Nunchi.Chat;

namespace Nunchi.Grounding;

/// <summary>
/// Takes the grounding tags out of an answer while it streams: text is handed on as soon as it cannot be part of a tag, phrases as soon as
/// their boxes are closed. It reads whatever models really write; nothing of the text is lost, and what was odd is told in <see cref="Oddities"/>.
/// </summary>
/// <remarks>One answer each; not for several threads at once.</remarks>
public sealed class GroundingParser
{
    private const int LongestBox = 256;

    private readonly StringBuilder _text = new();
    private readonly List<GroundedSpan> _spans = [];
    private readonly List<GroundingOddity> _oddities = [];
    private readonly List<AnswerUpdate> _updates = [];
    private readonly StringBuilder _run = new(); // text found in this call and not yet an update
    private readonly StringBuilder _box = new(); // what stands in the box that is open
    private string _held = ""; // the beginning of a possible tag
    private bool _inBox;
    private Phrase? _open; // between its tags
    private Phrase? _closed; // waits for boxes, or for more of them

    /// <summary>The answer so far without tags and coordinates.</summary>
    public string Text => _text.ToString();

    /// <summary>The phrases with boxes that are complete so far, in order.</summary>
    public IReadOnlyList<GroundedSpan> Spans => _spans;

    /// <summary>What was odd so far, in order.</summary>
    public IReadOnlyList<GroundingOddity> Oddities => _oddities;

    /// <summary>Reads a whole answer.</summary>
    /// <returns>The parser after its end.</returns>
    public static GroundingParser Parse(string answer)
    {
        var parser = new GroundingParser();
        parser.Append(answer);
        parser.Finish();
        return parser;
    }

    /// <summary>Reads the next piece of the answer.</summary>
    /// <param name="piece">Any part of it; tags may be split over pieces.</param>
    /// <returns><see cref="TextDelta"/> and <see cref="SpanCompleted"/>, as far as they are certain.</returns>
    public IReadOnlyList<AnswerUpdate> Append(string piece)
    {
        string input = _held.Length == 0 ? piece : _held + piece;
        _held = "";
        int at = 0;
        while (at < input.Length)
        {
            if (input[at] == '<')
            {
                string rest = input.Substring(at, Math.Min(input.Length - at, 8));
                if (GroundingMarkup.All.FirstOrDefault(tag => rest.StartsWith(tag, StringComparison.Ordinal)) is { } tag)
                {
                    Tag(tag);
                    at += tag.Length;
                    continue;
                }
                if (GroundingMarkup.All.Any(candidate => candidate.StartsWith(rest, StringComparison.Ordinal)))
                {
                    _held = rest;
                    break;
                }
            }
            else if (at == input.Length - 1 && char.IsHighSurrogate(input[at]))
            {
                _held = input[at..];
                break;
            }
            int end = input.IndexOf('<', at + 1);
            end = end < 0 ? input.Length : end;
            if (end == input.Length && end - at > 1 && char.IsHighSurrogate(input[^1]))
                end--;
            at += _inBox ? Coordinates(input.AsSpan(at, end - at)) : Words(input.AsSpan(at, end - at));
        }
        return TakeUpdates();
    }

    /// <summary>Ends the answer: releases what was held back and closes what is open.</summary>
    /// <returns>The last updates.</returns>
    public IReadOnlyList<AnswerUpdate> Finish()
    {
        if (_inBox)
            EndBox(closed: false);
        if (_held.Length > 0)
        {
            if (_held.Length > 1)
                Report(GroundingOddityKind.UnfinishedTag, _held);
            Words(_held);
            _held = "";
        }
        if (_open is not null)
            ClosePhrase(GroundingOddityKind.UnclosedPhrase, "");
        CompletePhrase();
        return TakeUpdates();
    }

    private void Tag(string tag)
    {
        if (_inBox && tag is not (GroundingMarkup.Delimiter or GroundingMarkup.BoxClose))
            EndBox(closed: false);
        switch (tag)
        {
            case GroundingMarkup.ObjectOpen or GroundingMarkup.TextOpen:
                if (_open is not null)
                    ClosePhrase(GroundingOddityKind.UnclosedPhrase, tag);
                CompletePhrase();
                FlushRun();
                _open = new Phrase(tag == GroundingMarkup.TextOpen ? SpanKind.Text : SpanKind.Object, _text.Length);
                break;
            case GroundingMarkup.ObjectClose or GroundingMarkup.TextClose:
                if (_open is null)
                    Report(GroundingOddityKind.StrayTag, tag);
                else if (_open.Kind != (tag == GroundingMarkup.TextClose ? SpanKind.Text : SpanKind.Object))
                    ClosePhrase(GroundingOddityKind.MismatchedTag, tag);
                else
                    ClosePhrase(null, tag);
                break;
            case GroundingMarkup.BoxOpen:
                BeginBox();
                break;
            case GroundingMarkup.BoxClose when _inBox:
                EndBox(closed: true);
                break;
            case GroundingMarkup.Delimiter when _inBox:
                ReadBox();
                break;
            default:
                Report(GroundingOddityKind.StrayTag, tag);
                break;
        }
    }

    private int Words(ReadOnlySpan<char> words)
    {
        if (_closed is not null && !words.IsWhiteSpace())
        {
            if (_closed.Boxes.Count > 0)
                CompletePhrase();
            else
                _closed.IsSeparated = true;
        }
        _run.Append(words);
        _text.Append(words);
        return words.Length;
    }

    private void ClosePhrase(GroundingOddityKind? oddity, string found)
    {
        if (oddity is { } kind)
            Report(kind, found);
        FlushRun();
        _open!.End = _text.Length;
        _closed = _open;
        _open = null;
    }

    private void BeginBox()
    {
        if (_open is not null)
            ClosePhrase(GroundingOddityKind.UnclosedPhrase, GroundingMarkup.BoxOpen);
        if (_closed is null)
        {
            Report(GroundingOddityKind.BoxWithoutPhrase, GroundingMarkup.BoxOpen);
            FlushRun();
            _closed = new Phrase(SpanKind.Object, _text.Length) { End = _text.Length };
        }
        else if (_closed.IsSeparated)
        {
            Report(GroundingOddityKind.SeparatedBox, GroundingMarkup.BoxOpen);
        }
        _inBox = true;
    }

    /// <summary>Takes what can belong to the box; anything else ends it and is text again, with the spaces before it.</summary>
    private int Coordinates(ReadOnlySpan<char> input)
    {
        int length = 0;
        while (length < input.Length && BoxReader.Allows(input[length]) && _box.Length + length < LongestBox)
            length++;
        _box.Append(input[..length]);
        if (length < input.Length)
            EndBox(closed: false);
        return length;
    }

    private void EndBox(bool closed)
    {
        string spaces = "";
        if (!closed)
        {
            string content = _box.ToString();
            spaces = content[content.TrimEnd().Length..];
            Report(GroundingOddityKind.UnclosedBox, content);
            _box.Length -= spaces.Length;
        }
        if (closed || _box.Length > 0)
            ReadBox();
        _inBox = false;
        if (spaces.Length > 0)
            Words(spaces);
    }

    private void ReadBox()
    {
        _closed!.Boxes.AddRange(BoxReader.Read(_box.ToString(), Report));
        _box.Clear();
    }

    private void CompletePhrase()
    {
        if (_closed is not { } phrase)
            return;
        _closed = null;
        string words = _text.ToString(phrase.Start, phrase.End - phrase.Start);
        if (phrase.Boxes.Count == 0)
        {
            if (words.Length > 0)
                Report(GroundingOddityKind.PhraseWithoutBox, words);
            return;
        }
        FlushRun();
        var span = new GroundedSpan(words, phrase.Kind, phrase.Start, phrase.End, phrase.Boxes);
        _updates.Add(new SpanCompleted(_spans.Count, span));
        _spans.Add(span);
    }

    private void Report(GroundingOddityKind kind, string found) => _oddities.Add(new GroundingOddity(kind, _text.Length, found));

    private void FlushRun()
    {
        if (_run.Length == 0)
            return;
        _updates.Add(new TextDelta(_run.ToString(), _open is null ? null : _spans.Count));
        _run.Clear();
    }

    private IReadOnlyList<AnswerUpdate> TakeUpdates()
    {
        FlushRun();
        AnswerUpdate[] updates = [.. _updates];
        _updates.Clear();
        return updates;
    }

    private sealed class Phrase(SpanKind kind, int start)
    {
        public SpanKind Kind { get; } = kind;

        public int Start { get; } = start;

        public int End { get; set; }

        public List<BoundingBox> Boxes { get; } = [];

        /// <summary>Whether words came after the phrase, before any box.</summary>
        public bool IsSeparated { get; set; }
    }
}
