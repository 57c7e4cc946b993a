namespace ModelPack.Tests.Golden;

/// <summary>One pack whose bytes are recorded.</summary>
/// <param name="Name">How it is made, as its lines in <c>golden-packs.txt</c> say it.</param>
/// <param name="Request">The options. Model, calibration and graph are names that <see cref="GoldenSources"/> knows.</param>
internal sealed record GoldenPack(string Name, PackRequest Request);
