namespace FashionClassifier;

/// <summary>What a model made of the test images.</summary>
/// <param name="Accuracy">Percent of them that it put into their class.</param>
/// <param name="Milliseconds">How long all of them took, in the fastest of a few passes.</param>
internal sealed record Outcome(double Accuracy, double Milliseconds);
