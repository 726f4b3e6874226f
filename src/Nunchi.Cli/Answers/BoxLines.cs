using System.Globalization;
using Nunchi.Chat;
using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Cli.Answers;

/// <summary>Boxes as lines: phrase, fractions, pixels; columns for people, tabs in a pipe.</summary>
internal static class BoxLines
{
    public static void Write(Shell shell, Answer answer, RgbImage picture)
    {
        int column = answer.Spans.Count == 0 ? 0 : answer.Spans.Max(span => TextWidth.Of(span.Phrase));
        for (int index = 0; index < answer.Spans.Count; index++)
        {
            GroundedSpan span = answer.Spans[index];
            foreach (BoundingBox box in span.Boxes)
            {
                PixelsDocument pixels = PixelsDocument.Of(box, picture);
                string phrase = Ansi.Safe(span.Phrase.ReplaceLineEndings(" ").Replace('\t', ' '), shell.OutTerminal);
                shell.Out.WriteLine(shell.OutTerminal.IsTerminal
                    ? $"{Ansi.Phrase(index, shell.OutTerminal.Color)}{phrase}{Ansi.Phrase(null, shell.OutTerminal.Color)}{new string(' ', column - TextWidth.Of(phrase))}  "
                        + string.Create(CultureInfo.InvariantCulture, $"{box.X1:0.000} {box.Y1:0.000} {box.X2:0.000} {box.Y2:0.000}  ")
                        + Ansi.Faint($"({pixels.X1}, {pixels.Y1}) - ({pixels.X2}, {pixels.Y2}) px", shell.OutTerminal)
                    : string.Create(CultureInfo.InvariantCulture,
                        $"{phrase}\t{box.X1:0.000}\t{box.Y1:0.000}\t{box.X2:0.000}\t{box.Y2:0.000}\t{pixels.X1}\t{pixels.Y1}\t{pixels.X2}\t{pixels.Y2}"));
            }
        }
    }
}
