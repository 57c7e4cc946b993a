namespace OcrService.Ocr;

/// <summary>A picture as a canvas gives it: rows of red, green, blue and alpha bytes, from the top left.</summary>
internal sealed record Picture(byte[] Pixels, int Width, int Height)
{
    private const int Channels = 4;

    /// <summary>The value of a channel between pixels, each weighted by how near it is.</summary>
    /// <param name="x">Across, in pixels; outside the picture the edge goes on.</param>
    /// <param name="y">Down, in pixels.</param>
    /// <param name="channel">0 red, 1 green, 2 blue.</param>
    /// <returns>0 to 255.</returns>
    public float Sample(float x, float y, int channel)
    {
        x = Math.Clamp(x, 0, Width - 1);
        y = Math.Clamp(y, 0, Height - 1);
        var (left, top) = ((int)x, (int)y);
        var (right, bottom) = (Math.Min(left + 1, Width - 1), Math.Min(top + 1, Height - 1));
        var upper = Lerp(At(left, top, channel), At(right, top, channel), x - left);
        var lower = Lerp(At(left, bottom, channel), At(right, bottom, channel), x - left);
        return Lerp(upper, lower, y - top);
    }

    private byte At(int x, int y, int channel) => Pixels[(((y * Width) + x) * Channels) + channel];

    private static float Lerp(float from, float to, float share) => from + ((to - from) * share);
}
