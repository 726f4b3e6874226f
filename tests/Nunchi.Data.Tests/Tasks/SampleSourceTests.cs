using Nunchi.Chat;
using Nunchi.Data.Corpus;
using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Data.Tests.Scenes;
using Nunchi.Grounding;

namespace Nunchi.Data.Tests.Tasks;

public class SampleSourceTests
{
    private static readonly TaskMixture Small = TaskMixture.All with { Pictures = TestScenes.Small, MaxTurns = 6 };

    private static readonly Lazy<TrainingSample[]> Samples = new(() =>
    {
        var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, Small);
        return [.. Enumerable.Range(0, 220).Select(i => source.Draw(31, (ulong)i))];
    });

    [Fact]
    public void Draw_Facts_AskWithoutPicturesForCitiesAndLinesOfManyTrainingStations()
    {
        var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, TaskMixture.Facts);
        TrainingSample[] samples = [.. Enumerable.Range(0, 400).Select(index => source.Draw(5, (ulong)index))];

        Assert.All(samples, sample => Assert.Empty(sample.Pictures));
        TurnTruth[] facts = [.. samples.SelectMany(sample => sample.Turns).Where(turn => turn.Question is "station_city" or "station_line")];
        Assert.InRange(facts.Length, samples.Sum(sample => sample.Turns.Count) / 2, samples.Sum(sample => sample.Turns.Count) * 3 / 4);
        Assert.InRange(samples.Count(sample => sample.Turns.Any(turn => turn.Question is "station_city" or "station_line")), 340, 400);
        Assert.Contains(facts, fact => fact.Question == "station_line");
        Assert.Contains(facts, fact => fact.Language == "en");
        HashSet<string> asked = [.. samples.SelectMany(sample => sample.Messages).Where(message => message.Role == Role.User).SelectMany(message => message.Parts).OfType<TextPart>().Select(part => part.Text)];
        Assert.True(Stations.Training.Count(station => asked.Any(question => question.Contains(station.Korean, StringComparison.Ordinal))) > Stations.Training.Count / 2);
        Assert.DoesNotContain(Stations.HeldOut, station => station.Korean.Length > 2 && asked.Any(question => question.StartsWith(station.Full, StringComparison.Ordinal)));
    }

    [Fact]
    public void Draw_SameSeed_SameSample()
    {
        var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, Small);
        for (ulong i = 0; i < 8; i++)
            Assert.Equal(Words(Samples.Value[i]), Words(source.Draw(31, i)));
    }

    [Fact]
    public void Draw_Conversations_AlternateAndPicturesComeFirst()
    {
        foreach (TrainingSample sample in Samples.Value)
        {
            Assert.Equal(2 * sample.Turns.Count, sample.Messages.Count);
            Assert.NotEmpty(sample.Turns);
            for (int i = 0; i < sample.Messages.Count; i++)
            {
                Assert.Equal(i % 2 == 0 ? Role.User : Role.Assistant, sample.Messages[i].Role);
                Assert.Equal(i == 0 ? sample.Pictures.Count : 0, sample.Messages[i].Parts.OfType<ImagePart>().Count());
                Assert.NotEmpty(sample.Messages[i].Parts);
                string text = Text(sample.Messages[i]);
                Assert.DoesNotContain('{', text);
                Assert.DoesNotContain("  ", text.Replace("  ", "", StringComparison.Ordinal), StringComparison.Ordinal);
                Assert.True(i == 0 || text.Length > 0, $"{sample.Id}: message {i} is empty.");
            }
        }
    }

    [Fact]
    public void Draw_EveryAnswer_AgreesWithItsTruth()
    {
        foreach ((TrainingSample sample, string answer, TurnTruth truth) in Turns())
        {
            GroundingParser parsed = GroundingParser.Parse(answer);
            string where = $"{sample.Id} {truth.Question}: '{answer}'";
            Assert.True(parsed.Oddities.Count == 0, where);
            if (truth.Task is not (TaskKind.Caption or TaskKind.TextOnly) && truth.Accept.Count > 0)
                Assert.True(truth.Accept.Any(word => answer.Contains(word, StringComparison.OrdinalIgnoreCase)), $"{where} holds none of {string.Join(", ", truth.Accept)}.");
            if (truth.Task is TaskKind.Read or TaskKind.ReadRegion)
                Assert.Equal(truth.Text, answer);
            if (parsed.Spans.Count == 0)
                continue;
            Assert.Equal(truth.Boxes.Count, parsed.Spans.Count);
            foreach ((GroundedSpan span, TruthBoxes boxes) in parsed.Spans.Zip(truth.Boxes))
            {
                Assert.Equal(boxes.Boxes.Count, span.Boxes.Count);
                foreach ((BoundingBox written, BoundingBox true1) in span.Boxes.Zip(boxes.Boxes))
                {
                    Assert.True(Math.Abs(written.X1 - true1.X1) < 0.0076 && Math.Abs(written.Y1 - true1.Y1) < 0.0076
                        && Math.Abs(written.X2 - true1.X2) < 0.0076 && Math.Abs(written.Y2 - true1.Y2) < 0.0076, where);
                }
            }
        }
    }

    [Fact]
    public void Draw_Reading_IsTheLegibleTextInOrder()
    {
        int seen = 0;
        foreach ((TrainingSample sample, string answer, TurnTruth truth) in Turns())
        {
            if (truth.Task != TaskKind.Read)
                continue;
            seen++;
            Scene scene = sample.Pictures[0].Scene;
            Assert.Equal(string.Join(' ', scene.Texts.Where(t => t.Legible).Select(t => t.Text)), answer.Replace('\n', ' '));
        }
        Assert.True(seen > 10, $"Only {seen} readings among {Samples.Value.Length} samples.");
    }

    [Fact]
    public void Draw_AbsentAndYesNo_AgreeWithTheRecord()
    {
        foreach ((TrainingSample sample, string _, TurnTruth truth) in Turns())
        {
            if (truth.Question is not ("yesno_thing" or "locate_absent" or "yesno_coloured_thing"))
                continue;
            string question = Text(sample.Messages[2 * sample.Turns.ToList().IndexOf(truth)]);
            Scene scene = sample.Pictures[0].Scene;
            bool there = scene.Objects.Any(o => Mentions(question, o, truth.Question == "yesno_coloured_thing", truth.Language == "ko"));
            if (truth.Label == "yes")
                Assert.True(there, $"{sample.Id}: '{question}' is answered yes but the record has no such thing.");
        }
    }

    [Fact]
    public void Draw_YesNo_IsBalanced()
    {
        var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, Small with { Tasks = new Dictionary<TaskKind, double> { [TaskKind.YesNo] = 1 }, TextOnly = 0, SeveralImages = 0, MaxTurns = 4 });
        int yes = 0, all = 0;
        for (ulong i = 0; i < 130; i++)
        {
            foreach (TurnTruth turn in source.Draw(17, i).Turns)
            {
                all++;
                yes += turn.Label == "yes" ? 1 : 0;
            }
        }
        // Four deviations of a fair coin.
        Assert.True(Math.Abs(yes - (all / 2.0)) < 2 * Math.Sqrt(all) * 1.0, $"{yes} of {all} answers are yes.");
    }

    [Fact]
    public void Draw_Lists_NameThingsFromLeftToRight()
    {
        int lists = 0;
        foreach ((TrainingSample sample, string answer, TurnTruth truth) in Turns())
        {
            if (truth.Task != TaskKind.GroundedCaption)
                continue;
            List<double> middles = [.. GroundingParser.Parse(answer).Spans.Where(span => span.Kind == SpanKind.Object).Select(span => (span.Boxes[0].X1 + span.Boxes[0].X2) / 2)];
            lists += middles.Count > 1 ? 1 : 0;
            Assert.True(middles.Zip(middles.Skip(1)).All(pair => pair.First <= pair.Second + 0.01), $"{sample.Id}: '{answer}'");
        }

        Assert.True(lists > 3, $"only {lists} lists were drawn");
    }

    [Fact]
    public void Draw_AskedForWhatIsAbsent_SaysSoFromTheFirstWord()
    {
        int answers = 0;
        foreach ((TrainingSample sample, string answer, TurnTruth truth) in Turns())
        {
            if (truth.Task != TaskKind.LocateAbsent)
                continue;
            answers++;
            Assert.StartsWith(truth.Language == "ko" ? truth.Boxes[0].Phrase : "There is no", answer, StringComparison.Ordinal);
        }

        Assert.True(answers > 3, $"only {answers} absent things were asked for");
    }

    [Fact]
    public void Draw_SeveralThings_AreAskedForWhereThereAreAny()
    {
        (int Several, int Asked) Count(double share)
        {
            var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, TaskMixture.Things with { SeveralThings = share, Pictures = TestScenes.Small, Tasks = new Dictionary<TaskKind, double> { [TaskKind.Locate] = 1 } });
            List<TrainingSample> samples = [.. Enumerable.Range(0, 80).Select(index => source.Draw(6, (ulong)index))];
            if (share == 1)
                Assert.All(samples.Where(sample => ThingGroup.Of(sample.Pictures[0].Scene).Any(group => group.Count > 1)), sample => Assert.True(sample.Turns[0].Boxes[0].Boxes.Count > 1));
            List<TurnTruth> turns = [.. samples.SelectMany(sample => sample.Turns)];
            return (turns.Count(turn => turn.Boxes[0].Boxes.Count > 1), turns.Count);
        }

        var (usual, often) = (Count(0), Count(1));
        Assert.True(2 * often.Several > 3 * usual.Several && usual.Several < usual.Asked / 3, $"{usual} questions are about several things, {often} where all may be");
        Assert.InRange(often.Several, often.Asked / 3, often.Asked - 1);
    }

    [Fact]
    public void Draw_AlikeAbsent_AsksForWhatSharesColourOrSortWithWhatIsThere()
    {
        (int Alike, int Asked) Count(double share)
        {
            var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, TaskMixture.Things with { AlikeAbsent = share, English = 0, Pictures = TestScenes.Small, Tasks = new Dictionary<TaskKind, double> { [TaskKind.LocateAbsent] = 1 } });
            int alike = 0, asked = 0;
            foreach (TrainingSample sample in Enumerable.Range(0, 160).Select(index => source.Draw(6, (ulong)index)))
            {
                Scene scene = sample.Pictures[0].Scene;
                string phrase = sample.Turns[0].Boxes[0].Phrase;
                Assert.DoesNotContain(scene.Objects, item => phrase == item.Korean);
                ObjectClass what = ObjectCatalogue.All.Single(c => phrase == c.Korean || (phrase.EndsWith(" " + c.Korean, StringComparison.Ordinal) && Colours.All.Any(colour => phrase == $"{Colours.Adjective(colour)} {c.Korean}")));
                if (!scene.Objects.Any(item => item.IsSeen) || scene.Objects.Any(item => item.Class == what.Key))
                    continue;
                asked++;
                if (scene.Objects.Any(item => item.IsSeen && (ObjectCatalogue.Get(item.Class).Category == what.Category || (item.Colour != ColourName.None && phrase.StartsWith(Colours.Adjective(item.Colour) + " ", StringComparison.Ordinal)))))
                    alike++;
            }

            return (alike, asked);
        }

        var (usual, always) = (Count(0), Count(1));
        Assert.True(usual.Asked > 40 && 2 * usual.Alike < usual.Asked, $"{usual} are alike by chance");
        // Of a kind whose whole sort is in the picture nothing of the sort is left to ask for.
        Assert.True(always.Asked > 40 && 10 * always.Alike > 9 * always.Asked, $"{always} are alike where all may be");
    }

    [Fact]
    public void Draw_Facts_AskForManyFactsInARowWithoutAPicture()
    {
        var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, TaskMixture.Facts with { OnlyFacts = 1 });
        List<TrainingSample> samples = [.. Enumerable.Range(0, 20).Select(index => source.Draw(6, (ulong)index))];

        Assert.All(samples, sample => Assert.Empty(sample.Pictures));
        Assert.All(samples, sample => Assert.InRange(sample.Turns.Count, 6, 12));
        string[] asked = [.. samples.SelectMany(sample => sample.Turns).Select(turn => turn.Question).Distinct()];
        Assert.Empty(asked.Except(["station_city", "station_line", "can_fly", "can_eat", "legs", "use", "home", "notice_meaning"]));
        Assert.Contains("use", asked);
        Assert.Contains("notice_meaning", asked);
        Assert.All(samples, sample => Assert.Equal(sample.Turns.Count, sample.Messages.Where(message => message.Role == Role.User).Distinct().Count()));
    }

    [Fact]
    public void Draw_Facts_AreNotAskedWhereANameStandsForSeveralPlacesOrTheThingIsSomebody()
    {
        var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, TaskMixture.Facts with { OnlyFacts = 1, English = 0 });
        string[] questions = [.. Enumerable.Range(0, 150).SelectMany(index => source.Draw(9, (ulong)index).Messages).Where(message => message.Role == Role.User).Select(Text)];

        Assert.Equal(["대구", "부산", "서울"], Stations.Named("교대").Select(station => station.City).Distinct().Order());
        Assert.False(Stations.IsOnlyOne("교대"));
        Assert.True(Stations.IsOnlyOne("판교") && Stations.IsOnlyOne("동대구"));
        Assert.DoesNotContain(questions, question => question.StartsWith("교대역", StringComparison.Ordinal) || question.StartsWith("시청역", StringComparison.Ordinal));
        Assert.DoesNotContain(questions, question => ObjectCatalogue.In("person").Any(person => question.StartsWith(person.Korean, StringComparison.Ordinal)));
        int taught = Stations.Taught.Select(station => station.Full).Distinct().Count(name => questions.Any(question => question.StartsWith(name, StringComparison.Ordinal)));
        Assert.True(taught > 200, $"{taught} stations were asked for");
    }

    [Fact]
    public void Draw_Captions_TellEveryThingAtItsPlace()
    {
        var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, TaskMixture.Things with { Pictures = TestScenes.Small, English = 0, Tasks = new Dictionary<TaskKind, double> { [TaskKind.Caption] = 1 } });
        int told = 0;
        for (ulong i = 0; i < 60; i++)
        {
            TrainingSample sample = source.Draw(11, i);
            Scene scene = sample.Pictures[0].Scene;
            string caption = Text(sample.Messages[1]).Split("글자는")[0];
            int at = caption.IndexOf(scene.Background.Korean, StringComparison.Ordinal);
            Assert.True(at >= 0, caption);
            foreach (IGrouping<Spot, SceneObject> place in scene.Objects.Where(thing => thing.Visible >= SceneObject.Seen).GroupBy(thing => Spot.Of(thing.Box, scene.Width, scene.Height)).OrderBy(place => place.Key.Column).ThenBy(place => place.Key.Row))
            {
                int here = caption.IndexOf(place.Key.Korean + "에 ", at, StringComparison.Ordinal);
                Assert.True(here >= at, $"'{place.Key.Korean}' comes too early or not at all: {caption}");
                foreach (IGrouping<(string Class, ColourName Colour), SceneObject> alike in place.GroupBy(thing => (thing.Class, thing.Colour)))
                {
                    ObjectClass what = ObjectCatalogue.Get(alike.Key.Class);
                    string counted = $"{Naming.Thing(what, alike.Key.Colour, true, false)} {Naming.Count(alike.Count(), what, true)}";
                    int found = caption.IndexOf(counted, here, StringComparison.Ordinal);
                    Assert.True(found >= 0, $"'{counted}' at '{place.Key.Korean}': {caption}");
                    at = Math.Max(at, found);
                    told++;
                }
            }
        }
        Assert.True(told > 100, $"only {told} things were told of");
    }

    [Fact]
    public void Draw_AskedForAPlace_TellsWhatIsThereAndNothingElse()
    {
        var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, TaskMixture.Things with { Pictures = TestScenes.Small, Tasks = new Dictionary<TaskKind, double> { [TaskKind.What] = 1 } });
        int asked = 0;
        for (ulong i = 0; i < 120; i++)
        {
            TrainingSample sample = source.Draw(12, i);
            if (sample.Turns[0] is not { Question: "what_there" } truth)
                continue;
            asked++;
            Scene scene = sample.Pictures[0].Scene;
            string question = Text(sample.Messages[0]), answer = Text(sample.Messages[1]);
            var (spot, groups) = Assert.Single(ThingGroup.ByPlace(scene), place => question.Contains(truth.Language == "ko" ? place.Spot.Korean : place.Spot.English, StringComparison.Ordinal)
                && place.Groups.SelectMany(group => group.Boxes).ToHashSet().SetEquals(truth.Boxes.SelectMany(boxes => boxes.Boxes)));
            Assert.Equal(groups.Sum(group => group.Count), scene.Objects.Count(thing => thing.Visible >= SceneObject.Seen && Spot.Of(thing.Box, scene.Width, scene.Height) == spot));
            Assert.All(groups, group => Assert.Contains(group.Phrase(truth.Language == "ko", true), answer, StringComparison.Ordinal));
        }
        Assert.True(asked > 10, $"only {asked} questions for a place");
    }

    [Fact]
    public void Draw_Stations_AskBeforeTheirBoardsForWhatTheyDoNotTell()
    {
        var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, TaskMixture.Stations with { Pictures = TestScenes.Small });
        TrainingSample[] samples = [.. Enumerable.Range(0, 240).Select(index => source.Draw(7, (ulong)index))];
        TurnTruth[] turns = [.. samples.SelectMany(sample => sample.Turns)];

        Assert.All(samples, sample => Assert.NotNull(Assert.Single(sample.Pictures).Scene.Facts.Station));
        Assert.InRange(turns.Count(turn => turn.Question is "station_city" or "station_line"), turns.Length / 5, turns.Length / 2);
        Assert.True(turns.Count(turn => turn.Task == TaskKind.TextFact) > turns.Length / 4);
    }

    [Fact]
    public void Draw_Notices_AreAskedForTheirMeaningWhereItIsTaught()
    {
        var source = new SampleSource(TestScenes.Assets, SceneSplit.HeldOut, Small with
        {
            Scenes = new Dictionary<SceneKind, double> { [SceneKind.Notice] = 1 },
            Tasks = new Dictionary<TaskKind, double> { [TaskKind.TextFact] = 1, [TaskKind.Knowledge] = 1 },
            English = 0,
            TextOnly = 0,
            SeveralImages = 0,
        });
        int titles = 0, meanings = 0;
        foreach (TrainingSample sample in Enumerable.Range(0, 60).Select(index => source.Draw(8, (ulong)index)))
        {
            bool heldOut = WordSplit.IsHeldOut(sample.Pictures[0].Scene.Facts.Notice!.Title);
            titles += heldOut ? sample.Turns.Count(turn => turn.Question == "notice_title") : 0;
            meanings += sample.Turns.Count(turn => turn.Question == "notice_meaning");
            Assert.False(heldOut && sample.Turns.Any(turn => turn.Question == "notice_meaning"));
        }

        Assert.True(titles > 0 && meanings > 0, $"{titles} held-out titles asked for, {meanings} meanings of others");
    }

    [Fact]
    public void Draw_AllTasks_AreAsked()
    {
        HashSet<TaskKind> asked = [.. Samples.Value.SelectMany(s => s.Turns).Select(t => t.Task)];
        Assert.Empty(Enum.GetValues<TaskKind>().Except(asked));
        Assert.Contains(Samples.Value.SelectMany(s => s.Turns), t => t.Language == "en");
        Assert.Contains(Samples.Value, s => s.Pictures.Count > 1);
        Assert.Contains(Samples.Value, s => s.Pictures.Count == 0);
        Assert.Contains(Samples.Value, s => s.Messages[0].Parts.All(p => p is ImagePart) && s.Turns[0].Task == TaskKind.Caption);
    }

    [Fact]
    public void Draw_StationQuestions_AnswerTheBoard()
    {
        var source = new SampleSource(TestScenes.Assets, SceneSplit.HeldOut, Small with
        {
            Scenes = new Dictionary<SceneKind, double> { [SceneKind.Station] = 1 },
            Tasks = new Dictionary<TaskKind, double> { [TaskKind.TextFact] = 1, [TaskKind.Knowledge] = 1 },
            TextOnly = 0,
            SeveralImages = 0,
        });
        int names = 0, facts = 0;
        for (ulong i = 0; i < 40; i++)
        {
            TrainingSample sample = source.Draw(6, i);
            StationFacts station = sample.Pictures[0].Scene.Facts.Station!;
            for (int t = 0; t < sample.Turns.Count; t++)
            {
                string answer = GroundingParser.Parse(Text(sample.Messages[(2 * t) + 1])).Text;
                switch (sample.Turns[t].Question)
                {
                    case "station_name":
                        names++;
                        Assert.True(answer.Contains(station.Name, StringComparison.Ordinal) || answer.Contains(station.Romanised!, StringComparison.OrdinalIgnoreCase), answer);
                        break;
                    case "station_next":
                        Assert.Contains(station.Next!, answer, StringComparison.Ordinal);
                        break;
                    case "station_city":
                        facts++;
                        Assert.True(station.Known, $"{station.Name} is held out, so nobody was taught its city.");
                        break;
                }
            }
        }
        Assert.True(names > 10 && facts > 2, $"{names} questions for names, {facts} for cities.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.7)]
    public void At_Difficulty_GivesAMixtureThatDraws(double difficulty)
    {
        var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, Small.At(difficulty));
        TrainingSample[] samples = [.. Enumerable.Range(0, 12).Select(i => source.Draw(3, (ulong)i))];
        if (difficulty == 0)
            Assert.All(samples.SelectMany(s => s.Pictures), p => Assert.True(p.Scene.Kind <= SceneKind.Lines));
        Assert.Same(Small, Small.At(1));
        Assert.Throws<ArgumentException>(() => Small.At(1.5));
    }

    [Fact]
    public void Constructor_BadMixture_SaysWhatIsExpected()
    {
        Assert.Contains("MaxTurns", Message(Small with { MaxTurns = 0 }), StringComparison.Ordinal);
        Assert.Contains("English", Message(Small with { English = 2 }), StringComparison.Ordinal);
        Assert.Contains("OnlyFacts", Message(Small with { OnlyFacts = 1.5 }), StringComparison.Ordinal);
        Assert.Contains("SeveralThings", Message(Small with { SeveralThings = -0.1 }), StringComparison.Ordinal);
        Assert.Contains("AlikeAbsent", Message(Small with { AlikeAbsent = 1.1 }), StringComparison.Ordinal);
        Assert.Contains("more than 1", Message(Small with { TextOnly = 0.7, SeveralImages = 0.7 }), StringComparison.Ordinal);
        Assert.Contains("question", Message(Small with { Tasks = new Dictionary<TaskKind, double>() }), StringComparison.Ordinal);
        Assert.Contains("TextOnly", Message(Small with { Tasks = new Dictionary<TaskKind, double> { [TaskKind.TextOnly] = 1 } }), StringComparison.Ordinal);

        static string Message(TaskMixture mixture) => Assert.Throws<ArgumentException>(() => new SampleSource(TestScenes.Assets, SceneSplit.Training, mixture)).Message;
    }

    private static bool Mentions(string question, SceneObject thing, bool colour, bool korean)
    {
        string noun = korean ? thing.Korean : thing.English;
        string word = thing.Colour == ColourName.None ? "" : korean ? Colours.Adjective(thing.Colour) : Colours.English(thing.Colour);
        return question.Contains(noun, StringComparison.Ordinal) && (!colour || question.Contains(word, StringComparison.Ordinal));
    }

    private static IEnumerable<(TrainingSample Sample, string Answer, TurnTruth Truth)> Turns() =>
        Samples.Value.SelectMany(sample => sample.Turns.Select((truth, i) => (sample, Text(sample.Messages[(2 * i) + 1]), truth)));

    private static string Text(Message message) => string.Concat(message.Parts.OfType<TextPart>().Select(p => p.Text));

    private static string Words(TrainingSample sample) => string.Join('\n', sample.Messages.Select(Text)) + string.Join('\n', sample.Pictures.Select(p => SceneJson.Serialize(p.Scene)));
}
