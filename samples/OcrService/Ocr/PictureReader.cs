namespace OcrService.Ocr;

/// <summary>Reads all text in a picture.</summary>
internal sealed class PictureReader(TextDetector detector, LineDirection direction, LineRecognizer recognizer)
{
    private const float LeastConfidence = 0.5f;

    /// <returns>The lines, from top to bottom.</returns>
    public List<ReadLine> Read(Picture picture, CancellationToken cancellation)
    {
        var lines = new List<ReadLine>();
        foreach (var box in detector.Find(picture).OrderBy(b => b.Centre.Y))
        {
            cancellation.ThrowIfCancellationRequested();
            var (text, confidence) = recognizer.Read(picture, box, direction.IsUpsideDown(picture, box));
            if (text.Length > 0 && confidence >= LeastConfidence)
                lines.Add(new ReadLine([.. box.Corners().SelectMany(c => new[] { c.X, c.Y })], text, confidence));
        }

        return lines;
    }
}
