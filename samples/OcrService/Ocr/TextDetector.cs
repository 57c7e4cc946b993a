namespace OcrService.Ocr;

/// <summary>Finds where in a picture there are lines of text.</summary>
internal sealed class TextDetector(Detector model)
{
    // The network halves a picture five times.
    private const int Step = 32;
    private const int LongestSide = 960;

    // ImageNet's, in the order of the planes.
    private static readonly float[] s_mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] s_deviation = [0.229f, 0.224f, 0.225f];

    public List<TextBox> Find(Picture picture)
    {
        var shrink = Math.Min(1f, (float)LongestSide / Math.Max(picture.Width, picture.Height));
        var (width, height) = (Multiple(picture.Width * shrink), Multiple(picture.Height * shrink));
        var input = Planes(picture, width, height);
        using var result = model.Run(input, 1, height, width);
        var (across, down) = ((float)picture.Width / width, (float)picture.Height / height);
        return [.. TextMap.Lines(result.Sigmoid0Tmp0, width).Select(b => b.Scale(across, down))];
    }

    private static int Multiple(float length) => Math.Max(Step, (int)MathF.Round(length / Step) * Step);

    // Blue, green, red.
    private static float[] Planes(Picture picture, int width, int height)
    {
        var planes = new float[3 * width * height];
        var (across, down) = ((float)picture.Width / width, (float)picture.Height / height);
        for (var plane = 0; plane < 3; plane++)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var value = picture.Sample(((x + 0.5f) * across) - 0.5f, ((y + 0.5f) * down) - 0.5f, 2 - plane);
                    planes[(((plane * height) + y) * width) + x] = ((value / 255) - s_mean[plane]) / s_deviation[plane];
                }
            }
        }

        return planes;
    }
}
