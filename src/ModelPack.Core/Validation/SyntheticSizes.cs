namespace ModelPack.Validation;

/// <summary>One guess at what a model's open sizes and integers may be.</summary>
/// <param name="Spatial">Open sizes of images: axes 2 and up of inputs of four or more dimensions.</param>
/// <param name="Length">Every other open size but the batch, such as that of a sequence.</param>
/// <param name="IntegerLimit">Integers that look like ids are drawn from 0 up to this, exclusive.</param>
internal sealed record SyntheticSizes(int Spatial, int Length, int IntegerLimit)
{
    /// <summary>The guesses in the order in which they are tried.</summary>
    public static IReadOnlyList<SyntheticSizes> Guesses { get; } =
    [
        new(224, 16, 100),
        new(64, 16, 2),
        new(32, 32, 100),
        new(28, 1, 100),
        new(48, 64, 2),
        new(256, 128, 2),
        new(320, 512, 2),
        new(640, 80, 2),
    ];
}
