namespace Nunchi.Benchmarks;

/// <summary>Sizes of one training step: image encoder, projector, decoder, language head.</summary>
internal sealed record StepShape(string Name, int EncoderWidth, int EncoderLayers, int DecoderWidth, int DecoderLayers, int Heads, int KeyHeads, int DecoderHidden)
{
    public const int Batch = 16;
    public const int ImageTokens = 144;
    public const int TextTokens = 64;
    public const int HeadSize = 64;
    public const int Vocabulary = 8192;

    public static readonly StepShape[] All = [new("XS", 192, 4, 256, 6, 4, 2, 704), new("S", 256, 6, 384, 8, 6, 3, 1056)];

    public int EncoderHidden => 4 * EncoderWidth;

    public int EncoderRows => Batch * ImageTokens;

    public int DecoderRows => Batch * (ImageTokens + TextTokens);

    public int TextRows => Batch * TextTokens;

    public int QueryWidth => Heads * HeadSize;

    public int MixedWidth => (Heads + (2 * KeyHeads)) * HeadSize;

    /// <summary>Multiply-adds counted twice: products forward and backward three times, attention as two products forward and four backward, causal ones by half.</summary>
    public double Flops
    {
        get
        {
            double encoder = EncoderLayers * ((4.0 * EncoderWidth * EncoderWidth) + (2.0 * EncoderWidth * EncoderHidden));
            double decoder = DecoderLayers * ((double)DecoderWidth * (MixedWidth + QueryWidth + (3 * DecoderHidden)));
            double projector = ((double)EncoderWidth * DecoderWidth) + ((double)DecoderWidth * DecoderWidth);
            double linear = 6 * ((EncoderRows * (encoder + projector)) + (DecoderRows * decoder) + ((double)TextRows * DecoderWidth * Vocabulary));
            const double text = ImageTokens + TextTokens;
            double attention = 12.0 * Batch * ((EncoderLayers * EncoderWidth * (double)ImageTokens * ImageTokens) + (DecoderLayers * QueryWidth * text * (text + 1) / 2));
            return linear + attention;
        }
    }
}
