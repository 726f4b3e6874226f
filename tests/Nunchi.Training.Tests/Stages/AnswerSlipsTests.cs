using Nunchi.Data.Pages;
using Nunchi.Text;
using Nunchi.Training.Stages;
using Nunchi.Training.Stages.Answers;

namespace Nunchi.Training.Tests.Stages;

public class AnswerSlipsTests
{
    private const int Task = 3;
    private static readonly Tokenizer Tokenizer = SmallTokenizer.Prompts.Tokenizer;

    [Fact]
    public void Write_NoShare_LeavesTheSampleAsItIs()
    {
        var sample = Reading("판교역\n출구 9,900원\n합계");
        int[] ids = [.. sample.Ids], labels = [.. sample.Labels];
        for (var seed = 0u; seed < 20; seed++)
            new AnswerSlips(Tokenizer, 0).Write(sample, 0, new SeededRandom(seed));
        Assert.Equal(ids, sample.Ids);
        Assert.Equal(labels, sample.Labels);
    }

    [Fact]
    public void Write_WhatIsToBeSaidNext_IsTheAnswerInItsOrder()
    {
        const string Text = "사과 1 2,500원\n배추 2 9,900원\n합계 12,400원\nTotal Won\n<char>역 앞</char><bbox>0.1, 0.2, 0.3, 0.4</bbox>";
        var whole = Reading(Text);
        int replaced = 0, longer = 0, shorter = 0, kept = 0;
        for (var seed = 0u; seed < 300; seed++)
        {
            var sample = Reading(Text);
            var question = sample.Labels.IndexOf(sample.Labels.First(label => label >= 0));
            new AnswerSlips(Tokenizer, 1).Write(sample, 0, new SeededRandom(seed));

            Assert.Equal(whole.Ids[..question], sample.Ids[..question]);
            Assert.Equal(sample.Ids.Count, sample.Labels.Count);
            Assert.Equal(sample.Ids.Count, sample.Tasks.Count);
            Assert.Equal(sample.Labels.Skip(1).Count(label => label >= 0), sample.Labelled);
            Assert.True(sample.Ids.Count <= (2 * whole.Ids.Count) + 40);
            Assert.Equal(whole.Ids[^1], sample.Ids[^1]);
            var at = 0;
            for (var i = question; i < sample.Ids.Count; i++)
            {
                if (sample.Labels[i] < 0)
                    continue;
                at = whole.Labels.IndexOf(sample.Labels[i], at);
                Assert.True(at >= 0, $"seed {seed}: what is to be said leaves the answer's order");
                at++;
                if (sample.Ids[i] == sample.Labels[i])
                    continue;
                replaced++;
                Assert.Equal(Kind(sample.Labels[i]), Kind(sample.Ids[i]));
                Assert.Contains(sample.Looks, look => look.Token == i);
            }

            foreach (var (token, start, count, _) in sample.Looks)
            {
                var glyph = Tokenizer.Decode([sample.Labels[token]]);
                Assert.Equal((1, glyph), (count, Tokenizer.Decode([whole.Ids[sample.LookedAt[start]]])));
            }

            longer += sample.Ids.Count > whole.Ids.Count ? 1 : 0;
            shorter += sample.Ids.Count < whole.Ids.Count ? 1 : 0;
            kept += sample.Ids.SequenceEqual(whole.Ids) ? 1 : 0;
        }

        Assert.InRange(longer, 60, 290);
        Assert.InRange(shorter, 10, 200);
        Assert.InRange(replaced, 500, 5000);
        Assert.InRange(kept, 0, 30);
    }

    [Fact]
    public void Write_MarkupAndItsNumbers_AreNeverTorn()
    {
        const string Text = "<char>역 앞</char><bbox>0.1, 0.2, 0.3, 0.4</bbox> <char>출 구</char><bbox>0.5, 0.2, 0.9, 0.4</bbox>";
        for (var seed = 0u; seed < 200; seed++)
        {
            var sample = Reading(Text);
            new AnswerSlips(Tokenizer, 1).Write(sample, 0, new SeededRandom(seed));
            var said = Tokenizer.Decode([.. sample.Ids]);
            Assert.Matches("^Q(<char>. .</char><bbox>0.[15], 0.2, 0.[39], 0.4</bbox>( |<.im_end.>))+$", said);
        }
    }

    [Fact]
    public void Write_BehindSeveralBoxes_WordsEndAsBefore()
    {
        const string Words = "사과 배추 감자 양파 마늘";
        int Longer(string text) => Enumerable.Range(0, 200).Count(seed =>
        {
            var sample = Reading(text);
            var length = sample.Ids.Count;
            new AnswerSlips(Tokenizer, 1).Write(sample, 0, new SeededRandom((uint)seed));
            return sample.Ids.Count > length;
        });
        int plain = Longer(Words), boxed = Longer($"<obj>우산</obj><bbox>0.1, 0.2, 0.3, 0.4<delim>0.5, 0.2, 0.7, 0.4</bbox> {Words}");
        Assert.True(plain > 30 && boxed > plain / 2, $"{plain} of 200 without boxes, {boxed} behind two");
    }

    [Fact]
    public void Write_TheSecondConversation_LeavesTheFirst()
    {
        var sample = Reading("판교역 출구 안내");
        int[] first = [.. sample.Ids];
        var from = sample.Ids.Count;
        Append(sample, "사과 배 감 귤 사과 배 감 귤");
        new AnswerSlips(Tokenizer, 1).Write(sample, from, new SeededRandom(5));
        Assert.Equal(first, sample.Ids[..from]);
        Assert.Equal(Enumerable.Range(0, from).Where(i => sample.LookedAt.Contains(i)), sample.Looks.Where(look => look.Token < from).Select(look => look.Token));
    }

    // What kind of letter a token is.
    private static int Kind(int id) => Tokenizer.Decode([id]) switch
    {
        [>= '가' and <= '힣'] => 0,
        [>= '0' and <= '9'] => 1,
        [>= 'a' and <= 'z'] => 2,
        [>= 'A' and <= 'Z'] => 3,
        _ => 4,
    };

    private static SequenceSample Reading(string answer)
    {
        var sample = new SequenceSample();
        Append(sample, answer);
        return sample;
    }

    // A question of one token and an answer; letters look at their own places.
    private static void Append(SequenceSample sample, string answer)
    {
        sample.Append(Tokenizer.Encode("Q")[0], false, 0);
        foreach (var id in Tokenizer.Encode(answer + "<|im_end|>", allowSpecial: true))
        {
            sample.Append(id, true, Task);
            if (!Tokenizer.IsSpecial(id) && Tokenizer.Decode([id]) is [var letter] && char.IsLetterOrDigit(letter))
                sample.AddLook(sample.Ids.Count - 1, [sample.Ids.Count - 1]);
        }
    }
}
