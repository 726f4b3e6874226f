namespace Nunchi.Images;

/// <summary>One picture of a <see cref="ProcessedImages"/>.</summary>
/// <param name="Size">Size of the picture as it came.</param>
/// <param name="FirstCrop">Index of its first crop among all crops.</param>
/// <param name="CropCount">Its crops: the whole view first, then the tiles row by row.</param>
/// <param name="TokensPerSide">Features along one side of a crop.</param>
/// <param name="Geometry">The canvas arithmetic; null when the picture is seen once.</param>
/// <param name="HasNewline">Whether a newline feature ends the packed features of a picture seen once.</param>
public sealed record ProcessedImage(ImageSize Size, int FirstCrop, int CropCount, int TokensPerSide, AnyResGeometry? Geometry, bool HasNewline)
{
    /// <summary>Features that one crop gives: as many as patches, unless an encoder keeps its class token or the first patch is dropped.</summary>
    public int FeaturesPerCrop { get; init; } = TokensPerSide * TokensPerSide;

    /// <summary>Whether a picture seen once was stretched to the tile instead of padded.</summary>
    public bool IsStretched { get; init; }

    /// <summary>Image tokens the picture takes in the prompt.</summary>
    public int TokenCount => Geometry?.TokenCount ?? FeaturesPerCrop + (HasNewline ? 1 : 0);
}

/// <summary>
/// Pictures ready for the image encoder: crops of one size, kept as bytes and normalised on the way out, which takes a quarter of the
/// memory that floats would. A crop is <c>[3, CropSize, CropSize]</c>; a value is <c>(byte * rescale - mean) / std</c>.
/// </summary>
public sealed class ProcessedImages
{
    private readonly byte[] _crops; // [crops, row, column, channel]
    private readonly float[] _levels; // [channel, byte value]

    internal ProcessedImages(IReadOnlyList<ProcessedImage> images, int cropSize, int patchSize, byte[] crops, float[] levels)
    {
        Images = images;
        CropSize = cropSize;
        PatchSize = patchSize;
        CropCount = images.Sum(image => image.CropCount);
        _crops = crops;
        _levels = levels;
    }

    /// <summary>The pictures in order.</summary>
    public IReadOnlyList<ProcessedImage> Images { get; }

    /// <summary>Crops of all pictures together.</summary>
    public int CropCount { get; }

    /// <summary>Side of a crop in pixels.</summary>
    public int CropSize { get; }

    /// <summary>Side of a patch in pixels.</summary>
    public int PatchSize { get; }

    /// <summary>Patches along one side of a crop. Pixels right of and below the last whole patch are unused.</summary>
    public int PatchesPerSide => CropSize / PatchSize;

    /// <summary>Values of one patch: three channels of <see cref="PatchSize"/> squared.</summary>
    public int PatchLength => 3 * PatchSize * PatchSize;

    /// <summary>Image tokens of all pictures together.</summary>
    public int TokenCount => Images.Sum(image => image.TokenCount);

    /// <summary>Writes patches as rows for a matrix product with a patch convolution's weight: values in the order channel, row, column.</summary>
    /// <param name="firstCrop">First crop to write.</param>
    /// <param name="cropCount">Crops to write.</param>
    /// <param name="destination"><c>[cropCount * PatchesPerSide^2, PatchLength]</c>, patches of a crop row by row; exactly that long or longer.</param>
    /// <exception cref="ArgumentException">Crops that are not there, or a destination too short.</exception>
    public void WritePatches(int firstCrop, int cropCount, Span<float> destination)
    {
        CheckCrops(firstCrop, cropCount, destination.Length, (long)PatchesPerSide * PatchesPerSide * PatchLength);
        int patch = PatchSize, side = PatchesPerSide, at = 0;
        for (int crop = firstCrop; crop < firstCrop + cropCount; crop++)
        {
            for (int patchRow = 0; patchRow < side; patchRow++)
            {
                for (int patchColumn = 0; patchColumn < side; patchColumn++)
                {
                    for (int channel = 0; channel < 3; channel++)
                    {
                        ReadOnlySpan<float> levels = _levels.AsSpan(channel * 256, 256);
                        for (int row = 0; row < patch; row++, at += patch)
                        {
                            int from = ((crop * CropSize + patchRow * patch + row) * CropSize + patchColumn * patch) * 3 + channel;
                            Normalise(_crops.AsSpan(from, (patch - 1) * 3 + 1), levels, destination.Slice(at, patch));
                        }
                    }
                }
            }
        }
    }

    /// <summary>Writes whole crops as planes.</summary>
    /// <param name="firstCrop">First crop to write.</param>
    /// <param name="cropCount">Crops to write.</param>
    /// <param name="destination"><c>[cropCount, 3, CropSize, CropSize]</c>; exactly that long or longer.</param>
    /// <exception cref="ArgumentException">Crops that are not there, or a destination too short.</exception>
    public void WritePixels(int firstCrop, int cropCount, Span<float> destination)
    {
        int plane = CropSize * CropSize;
        CheckCrops(firstCrop, cropCount, destination.Length, 3L * plane);
        for (int i = 0; i < cropCount * 3; i++)
        {
            int crop = firstCrop + i / 3, channel = i % 3;
            Normalise(
                _crops.AsSpan(crop * plane * 3 + channel, (plane - 1) * 3 + 1),
                _levels.AsSpan(channel * 256, 256),
                destination.Slice(i * plane, plane));
        }
    }

    /// <summary>A crop as it was cut, before normalisation.</summary>
    /// <param name="crop">Its index.</param>
    /// <returns><c>[row, column, channel]</c> bytes, R G B.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such crop.</exception>
    public ReadOnlySpan<byte> CropBytes(int crop)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(crop);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(crop, CropCount);
        int length = CropSize * CropSize * 3;
        return _crops.AsSpan(crop * length, length);
    }

    /// <summary>All crops as planes.</summary>
    /// <returns><c>[CropCount, 3, CropSize, CropSize]</c>.</returns>
    public float[] ToPixelValues()
    {
        var values = new float[checked(CropCount * 3 * CropSize * CropSize)];
        WritePixels(0, CropCount, values);
        return values;
    }

    private static void Normalise(ReadOnlySpan<byte> source, ReadOnlySpan<float> levels, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = levels[source[i * 3]];
    }

    private void CheckCrops(int firstCrop, int cropCount, int length, long perCrop)
    {
        if (firstCrop < 0 || cropCount < 0 || firstCrop > CropCount - cropCount)
            throw new ArgumentException($"Crops {firstCrop} to {(long)firstCrop + cropCount - 1} were asked for, and there are {CropCount}.");
        if (length < perCrop * cropCount)
            throw new ArgumentException($"{cropCount} crops take {perCrop * cropCount} values, and the destination holds {length}.");
    }
}
