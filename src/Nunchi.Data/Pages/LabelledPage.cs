using Nunchi.Grounding;

namespace Nunchi.Data.Pages;

/// <summary>
/// A square picture with labels for each of its patches, in buffers that the caller owns and reuses. A patch is labelled by what covers its centre.
/// Patches are in reading order: row by row, left to right.
/// </summary>
public sealed class LabelledPage
{
    /// <summary>Makes the buffers.</summary>
    /// <param name="size">Side in pixels, a multiple of the patch.</param>
    /// <param name="patch">Side of a patch in pixels.</param>
    /// <exception cref="ArgumentException">The side is not a multiple of the patch, or one of them is not positive.</exception>
    public LabelledPage(int size = 192, int patch = 16)
    {
        if (patch < 1 || size < patch || size % patch != 0)
            throw new ArgumentException($"The side of a page must be a multiple of the patch; {size} is not one of {patch}.");
        Size = size;
        Patch = patch;
        Side = size / patch;
        Patches = Side * Side;
        Rgb = new byte[size * size * 3];
        Initial = new byte[Patches];
        Medial = new byte[Patches];
        Final = new byte[Patches];
        Beside = new char[Patches];
        ObjectClass = new byte[Patches];
        Colour = new byte[Patches];
        Ground = new byte[Patches];
        Backdrop = new byte[Patches];
        Box = new float[Patches * 4];
        HasBox = new byte[Patches];
    }

    /// <summary>Side of the page in pixels.</summary>
    public int Size { get; }

    /// <summary>Side of a patch in pixels.</summary>
    public int Patch { get; }

    /// <summary>Patches along a side.</summary>
    public int Side { get; }

    /// <summary>Patches of the page.</summary>
    public int Patches { get; }

    /// <summary>Pixels, R G B, row by row; <c>Size * Size * 3</c> bytes.</summary>
    public byte[] Rgb { get; }

    /// <summary>Per patch: 0 for no glyph, leading consonant or other character; see <see cref="DenseLabels"/>.</summary>
    public byte[] Initial { get; }

    /// <summary>Per patch: 0 for no syllable, or the vowel, 1 to 21.</summary>
    public byte[] Medial { get; }

    /// <summary>Per patch: 0 for no syllable, 1 for a syllable without final consonant, 2 to 28.</summary>
    public byte[] Final { get; }

    /// <summary>
    /// Per patch: a character whose middle lies in it though another, or nothing, covers the patch's own middle: letters, digits and stops are often narrower than a patch, and one that covers no
    /// patch's middle would have no label anywhere. '\0' for none. Only where pages are labelled by <see cref="DenseLabels.FromBoxes"/>.
    /// </summary>
    public char[] Beside { get; }

    /// <summary>Per patch: 0 for no object, or its class; see <see cref="Objects.ObjectCatalogue"/>.</summary>
    public byte[] ObjectClass { get; }

    /// <summary>Per patch: 0 for none, or the <see cref="Objects.ColourName"/> of the glyph or object.</summary>
    public byte[] Colour { get; }

    /// <summary>Per patch: the <see cref="Objects.ColourName"/> of the board on which it lies, letters on it included; 0 where there is none or nothing is known.</summary>
    public byte[] Ground { get; }

    /// <summary>Per patch: the kind of background that it shows, letters before it included, as a number of <see cref="Scenes.BackdropNames"/>; 0 where it shows none or nothing is known.</summary>
    public byte[] Backdrop { get; }

    /// <summary>
    /// Per patch the left, top, right and bottom edge of the box of the word or object that covers it, cut at the page's edge and divided by the page's side:
    /// 0..1. Only meaningful where <see cref="HasBox"/> is 1.
    /// </summary>
    public float[] Box { get; }

    /// <summary>Per patch: 1 where a word or object covers its centre, else 0.</summary>
    public byte[] HasBox { get; }

    /// <summary>The box of what covers a patch, as fractions of the page; null where nothing does.</summary>
    public BoundingBox? BoxOf(int patch) => HasBox[patch] == 0 ? null : new BoundingBox(Box[4 * patch], Box[4 * patch + 1], Box[4 * patch + 2], Box[4 * patch + 3]);

    /// <summary>Sets every label to nothing.</summary>
    public void ClearLabels()
    {
        Array.Clear(Initial);
        Array.Clear(Medial);
        Array.Clear(Final);
        Array.Clear(Beside);
        Array.Clear(ObjectClass);
        Array.Clear(Colour);
        Array.Clear(Ground);
        Array.Clear(Backdrop);
        Array.Clear(Box);
        Array.Clear(HasBox);
    }

    /// <summary>Labels the patches whose centres an outline (in page pixels) contains.</summary>
    internal void Cover(in Quad cell, in Quad box, byte initial, byte medial, byte final, byte objectClass, byte colour)
    {
        float half = Patch / 2f;
        int left = First(cell.Left, half);
        int right = Last(cell.Right, half);
        int top = First(cell.Top, half);
        int bottom = Last(cell.Bottom, half);
        if (left > right || top > bottom)
            return;
        float boxLeft = Math.Clamp(box.Left, 0, Size);
        float boxTop = Math.Clamp(box.Top, 0, Size);
        float boxRight = Math.Clamp(box.Right, 0, Size);
        float boxBottom = Math.Clamp(box.Bottom, 0, Size);
        for (int row = top; row <= bottom; row++)
        {
            for (int column = left; column <= right; column++)
            {
                float x = column * Patch + half;
                float y = row * Patch + half;
                if (!cell.Contains(x, y))
                    continue;
                int at = row * Side + column;
                Initial[at] = initial;
                Medial[at] = medial;
                Final[at] = final;
                ObjectClass[at] = objectClass;
                Colour[at] = colour;
                HasBox[at] = 1;
                Box[4 * at] = boxLeft / Size;
                Box[4 * at + 1] = boxTop / Size;
                Box[4 * at + 2] = boxRight / Size;
                Box[4 * at + 3] = boxBottom / Size;
            }
        }
    }

    /// <summary>
    /// Notes a glyph at the patch in which its middle lies, where that shows another one and none is noted yet. Not a syllable beside a syllable: whose is the vowel could not be told from the parts of both.
    /// </summary>
    internal void Squeeze(in Quad cell, char character, byte initial, byte medial, byte final)
    {
        float x = (cell.X1 + cell.X2 + cell.X3 + cell.X4) / 4, y = (cell.Y1 + cell.Y2 + cell.Y3 + cell.Y4) / 4;
        if (!(x >= 0 && x < Size && y >= 0 && y < Size))
            return;
        int at = ((int)y / Patch * Side) + ((int)x / Patch);
        if (Beside[at] == '\0' && (medial == DenseLabels.None || Medial[at] == DenseLabels.None) && (Initial[at], Medial[at], Final[at]) != (initial, medial, final))
            Beside[at] = character;
    }

    private int First(float edge, float half) => Math.Max(0, (int)MathF.Ceiling((Math.Max(edge, -Size) - half) / Patch));

    private int Last(float edge, float half) => Math.Min(Side - 1, (int)MathF.Floor((Math.Min(edge, 2f * Size) - half) / Patch));
}
