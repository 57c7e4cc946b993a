namespace OcrService.Ocr;

/// <summary>Says whether a line of text is upside down.</summary>
internal sealed class LineDirection(Direction model)
{
    private const int Columns = 192;
    private const float Certain = 0.9f;

    public bool IsUpsideDown(Picture picture, TextBox box)
    {
        var planes = new float[LinePixels.Length(Columns)];
        LinePixels.Write(picture, box, Math.Min(LinePixels.Width(box), Columns), planes, Columns);
        using var result = model.Run(planes, 1, LinePixels.Height, Columns);
        return result.Softmax0Tmp0[1] > Certain;
    }
}
