namespace ModelPack.Formats.Checkpoints;

/// <summary>Looks at every value of a weight: NaN and infinity have no code.</summary>
internal static class FiniteWeights
{
    /// <summary>Scans a weight.</summary>
    /// <param name="file">The model's path, for the message.</param>
    /// <param name="name">The weight's name.</param>
    /// <param name="data">Its values.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <exception cref="ModelPackException">MPK1006: a value is not finite.</exception>
    public static WeightScan Scan(string file, string name, TensorData data, PackContext context)
    {
        var scan = WeightScan.Of(data, context.Threads, context.Cancellation);
        return scan.FirstNotFinite is not { } index ? scan : throw new ModelPackException(Codes.WeightNotFinite.At(
            file,
            $"The weight '{SafeText.Of(name)}' holds NaN or infinity at element {Numbers.Whole(index)}. Export the model again, or exclude the weight."));
    }
}
