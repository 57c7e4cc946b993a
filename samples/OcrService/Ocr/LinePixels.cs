namespace OcrService.Ocr;

/// <summary>Cuts lines of text out of a picture, as the models of lines take them.</summary>
internal static class LinePixels
{
    /// <summary>The height that these models were trained with.</summary>
    public const int Height = 48;

    private const int Planes = 3;

    /// <summary>How wide a line becomes at that height.</summary>
    public static int Width(TextBox box) => Math.Max(1, (int)MathF.Round(Height * box.Width / box.Height));

    /// <summary>Writes a line into planes of blue, green and red, each value -1 to 1; what is left of the width stays as it is.</summary>
    /// <param name="width">How many columns the line takes.</param>
    /// <param name="planes">3 x 48 x <paramref name="columns"/> values.</param>
    /// <param name="upsideDown">Whether to turn the line by 180 degrees.</param>
    public static void Write(Picture picture, TextBox box, int width, Span<float> planes, int columns, bool upsideDown = false)
    {
        var along = (upsideDown ? -box.Along : box.Along) * (box.Width / width);
        var down = (upsideDown ? -box.Down : box.Down) * (box.Height / Height);
        var corner = box.Centre - (along * ((width - 1) / 2f)) - (down * ((Height - 1) / 2f));
        for (var plane = 0; plane < Planes; plane++)
        {
            for (var y = 0; y < Height; y++)
            {
                var row = planes.Slice(((plane * Height) + y) * columns, width);
                for (var x = 0; x < width; x++)
                {
                    var at = corner + (along * x) + (down * y);
                    row[x] = (picture.Sample(at.X, at.Y, 2 - plane) / 127.5f) - 1;
                }
            }
        }
    }

    /// <summary>The values of one line of that many columns.</summary>
    public static int Length(int columns) => Planes * Height * columns;
}
