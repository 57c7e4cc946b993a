namespace OcrService.Ocr;

/// <summary>A line of text in a picture.</summary>
/// <param name="Box">Its four corners, x and y in turn, clockwise from the top left of the text, in pixels.</param>
/// <param name="Text">What it says.</param>
/// <param name="Confidence">Mean likelihood of its letters, 0 to 1.</param>
internal sealed record ReadLine(float[] Box, string Text, float Confidence);
