using Nunchi.Data.Pages;
using SkiaSharp;

namespace Nunchi.Data.Scenes;

internal sealed partial class SceneBuilder
{
    /// <summary>The record of what was drawn; places outside the picture are left out of boxes.</summary>
    public Scene Record(SceneKind kind, string design, ulong seed, ulong index, SceneDegradation degradation)
    {
        List<SceneObject> objects = RecordObjects();
        return new Scene
        {
            Width = Width,
            Height = Height,
            Kind = kind,
            Design = design,
            Seed = seed,
            Index = index,
            Split = Split,
            Background = Background,
            Areas = [.. _areas],
            Texts = RecordTexts(degradation),
            Objects = objects,
            Relations = Relate(objects),
            Facts = Facts,
            Degradation = degradation,
        };
    }

    private List<SceneText> RecordTexts(SceneDegradation degradation)
    {
        List<List<PlacedText>> lines = ReadingOrder.Lines(Texts);
        var records = new List<SceneText>(Texts.Count);
        for (int line = 0; line < lines.Count; line++)
        {
            foreach (PlacedText text in lines[line])
            {
                SceneBox ink = text.Glyphs.Count > 0 ? SceneBox.Around(text.Glyphs[0].Quad) : SceneBox.Around(text.Quad);
                foreach (SceneGlyph glyph in text.Glyphs)
                    ink = ink.Union(SceneBox.Around(glyph.Quad));
                if (ink.ClipTo(Width, Height) is not { } box)
                    continue;
                bool whole = box.Width * box.Height >= 0.93f * ink.Width * ink.Height;
                float sharp = text.Height * degradation.Resolution;
                bool legible = !text.Illegible && whole && sharp >= Options.LegibleHeight
                    && degradation.Blur < 0.13f * text.Height && degradation.Motion < 0.3f * text.Height;
                records.Add(new SceneText
                {
                    Text = text.Text,
                    Role = text.Role,
                    Language = TextRun.Language(text.Text),
                    Box = box,
                    Quad = text.Quad,
                    Glyphs = text.Glyphs,
                    Height = text.Height,
                    Font = text.Style.Face.Name,
                    Colour = text.Style.Fill.Name,
                    Order = records.Count,
                    Line = line,
                    Vertical = text.Style.Vertical,
                    Legible = legible,
                });
            }
        }
        return records;
    }

    private static List<SceneRelation> Relate(List<SceneObject> objects)
    {
        var relations = new List<SceneRelation>();
        for (int i = 0; i < objects.Count; i++)
        {
            for (int j = 0; j < objects.Count; j++)
            {
                if (i == j)
                    continue;
                SceneBox a = objects[i].Box, b = objects[j].Box;
                if (a.X2 <= b.CentreX && a.CentreX < b.X1)
                    relations.Add(new SceneRelation(i, RelationKind.LeftOf, j));
                if (a.Y2 <= b.CentreY && a.CentreY < b.Y1)
                    relations.Add(new SceneRelation(i, RelationKind.Above, j));
            }
        }
        return relations;
    }
}
