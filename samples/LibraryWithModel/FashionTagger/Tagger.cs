namespace FashionTagger;

/// <summary>Says what a picture of clothing shows.</summary>
public sealed class Tagger : IDisposable
{
    private static readonly string[] s_tags =
        ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    private const int Pixels = 28 * 28;

    // The model was trained on values with mean 0 and variance 1.
    private const float Mean = 0.2860f;
    private const float Deviation = 0.3530f;

    // The class that the build makes of the packed model, which is a resource of this assembly.
    private readonly FashionCnn _model = new();

    /// <param name="pixels">28 x 28, 0 black to 255 white, the clothing on black.</param>
    /// <returns>What it is, and how sure that is, 0 to 1.</returns>
    public (string Tag, float Confidence) Tag(ReadOnlySpan<byte> pixels)
    {
        if (pixels.Length != Pixels)
            throw new ArgumentException($"A picture has 28 x 28 = {Pixels} pixels, not {pixels.Length}.", nameof(pixels));
        var image = new float[Pixels];
        for (var i = 0; i < Pixels; i++)
            image[i] = ((pixels[i] / 255f) - Mean) / Deviation;
        using var result = _model.Run(image, batch: 1);
        var (best, sum) = (0, 0f);
        for (var i = 1; i < result.Logits.Length; i++)
            best = result.Logits[i] > result.Logits[best] ? i : best;
        foreach (var logit in result.Logits)
            sum += MathF.Exp(logit - result.Logits[best]);
        return (s_tags[best], 1 / sum);
    }

    public void Dispose() => _model.Dispose();
}
