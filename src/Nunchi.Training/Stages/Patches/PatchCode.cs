using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Data.Scenes;

namespace Nunchi.Training.Stages.Patches;

/// <summary>
/// A fixed vector for everything that a patch can show, of length 1, the same in every run of a width: of a syllable the sum of vectors of its initial, medial and final, of any other
/// character, of each kind of object, of each colour, of each colour of a ground, of each kind of background and of nothing one of its own, all orthogonal as far as there is room. Embeddings of glyphs hold it and patches are taught it, so
/// that reading is copying, evidence for parts adds up, and rare syllables are as far apart as frequent ones (docs/decisions/0169).
/// </summary>
internal sealed class PatchCode
{
    private const ulong Seed = 0x617CDE;
    private static readonly float PartLength = 1 / MathF.Sqrt(3);
    private readonly float[][] _vectors;

    /// <param name="width">Numbers of a vector.</param>
    public PatchCode(int width) => _vectors = Orthonormal(Place(Kind.Backdrop, BackdropNames.Count), width);

    // In this order vectors lie behind each other.
    private enum Kind
    {
        Blank,
        Initial,
        Medial,
        Final,
        Colour,
        Object,
        Ground,
        Backdrop,
    }

    /// <summary>What a patch holds that shows nothing.</summary>
    public ReadOnlySpan<float> Blank => Of(Kind.Blank, 0);

    /// <summary>A colour.</summary>
    public ReadOnlySpan<float> Colour(ColourName colour) => Of(Kind.Colour, (int)colour);

    /// <summary>A kind of object by its number (<see cref="ObjectClass.Id"/>).</summary>
    public ReadOnlySpan<float> Object(int id) => Of(Kind.Object, id);

    /// <summary>The colour of the board on which a patch lies.</summary>
    public ReadOnlySpan<float> Ground(ColourName colour) => Of(Kind.Ground, (int)colour);

    /// <summary>A kind of background by its number (<see cref="BackdropNames"/>).</summary>
    public ReadOnlySpan<float> Backdrop(int number) => Of(Kind.Backdrop, number);

    /// <summary>Writes the vector of a glyph.</summary>
    /// <param name="parts">Its labels (<see cref="DenseLabels.Encode"/>).</param>
    /// <param name="into">[width].</param>
    public void WriteGlyph((int Initial, int Medial, int Final) parts, Span<float> into)
    {
        var initial = Of(Kind.Initial, parts.Initial);
        if (parts.Medial == DenseLabels.None)
        {
            initial.CopyTo(into);
            return;
        }

        ReadOnlySpan<float> medial = Of(Kind.Medial, parts.Medial), final = Of(Kind.Final, parts.Final);
        for (var i = 0; i < into.Length; i++)
            into[i] = PartLength * (initial[i] + medial[i] + final[i]);
    }

    private ReadOnlySpan<float> Of(Kind kind, int number) => _vectors[Place(kind, number)];

    private static int Place(Kind kind, int number) => number + kind switch
    {
        Kind.Blank => 0,
        Kind.Initial => 1,
        Kind.Medial => Place(Kind.Initial, DenseLabels.Initials),
        Kind.Final => Place(Kind.Medial, DenseLabels.Medials),
        Kind.Colour => Place(Kind.Final, DenseLabels.Finals),
        Kind.Object => Place(Kind.Colour, Colours.Count),
        Kind.Ground => Place(Kind.Object, DenseLabels.ObjectClasses),
        _ => Place(Kind.Ground, Colours.Count),
    };

    // Random directions, each made orthogonal to those before while there is room.
    private static float[][] Orthonormal(int count, int width)
    {
        var random = new SeededRandom(Seed);
        var vectors = new double[count][];
        for (var i = 0; i < count; i++)
        {
            var vector = new double[width];
            foreach (ref var value in vector.AsSpan())
                value = random.Normal();
            for (var before = 0; before < i && i < width; before++)
            {
                var overlap = Dot(vector, vectors[before]);
                for (var k = 0; k < width; k++)
                    vector[k] -= overlap * vectors[before][k];
            }

            var length = Math.Sqrt(Dot(vector, vector));
            for (var k = 0; k < width; k++)
                vector[k] /= length;
            vectors[i] = vector;
        }

        return [.. vectors.Select(vector => vector.Select(value => (float)value).ToArray())];
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
