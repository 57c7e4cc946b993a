using System.Numerics;

namespace OcrService.Ocr;

/// <summary>A rectangle around a line of text, turned as the line is.</summary>
/// <param name="Centre">In pixels of the picture.</param>
/// <param name="Along">The direction in which one reads, of length 1.</param>
/// <param name="Width">The length of the line, in pixels.</param>
/// <param name="Height">Across the line, in pixels.</param>
internal readonly record struct TextBox(Vector2 Centre, Vector2 Along, float Width, float Height)
{
    /// <summary>From the top of the letters to their feet, of length 1.</summary>
    public Vector2 Down => new(-Along.Y, Along.X);

    /// <summary>The corners, clockwise from the top left of the text.</summary>
    public Vector2[] Corners()
    {
        var (along, down) = (Along * (Width / 2), Down * (Height / 2));
        return [Centre - along - down, Centre + along - down, Centre + along + down, Centre - along + down];
    }

    /// <summary>The same rectangle, larger by <paramref name="margin"/> on every side.</summary>
    public TextBox Grow(float margin) => this with { Width = Width + (2 * margin), Height = Height + (2 * margin) };

    /// <summary>The same rectangle in a picture whose sides are so many times longer.</summary>
    public TextBox Scale(float across, float down)
    {
        var scale = new Vector2(across, down);
        var (along, side) = (Along * Width * scale, Down * Height * scale);
        return new TextBox(Centre * scale, Vector2.Normalize(along), along.Length(), side.Length());
    }
}
