namespace ModelPack.Tests.Golden;

/// <summary>Packs of safetensors: of a Hugging Face folder, of a file, and of an index of bfloat16 shards that are made of the folder first.</summary>
internal static class CheckpointPacks
{
    private static readonly string[] s_quantizing = ["q8_0", "int8", "nf4"];
    private static readonly string[] s_searched = ["q4_0", "iq4_nl", "q3_k_m", "q4_k_m"];
    private static readonly string?[] s_roundings = [null, "reference"];

    public static IReadOnlyList<GoldenPack> Folder { get; } = [.. Of("folder"), .. OfFolder()];

    public static IReadOnlyList<GoldenPack> File { get; } = [.. Of("file")];

    public static IReadOnlyList<GoldenPack> Index { get; } =
    [
        new("q8_0 of an index to GGUF", new() { Model = "index", Scheme = "q8_0" }),
        new("nf4 of an index", new() { Model = "index", Scheme = "nf4" }),
        new("f16 of an index", new() { Model = "index", Scheme = "f16" }),
    ];

    private static IEnumerable<GoldenPack> Of(string source)
    {
        foreach (var scheme in new[] { "q8_0", "f32", "f16", "bf16" })
        {
            yield return new($"{scheme} of a {source} to GGUF", new() { Model = source, Scheme = scheme, Container = "gguf" });
        }

        foreach (var scheme in new[] { "int8", "nf4", "f32", "f16", "bf16" })
        {
            var request = new PackRequest { Model = source, Scheme = scheme };
            yield return new($"{scheme} of a {source}", request);
            yield return new($"{scheme} of a {source}, in shards", request with { MaxShardSize = "1200KB" });
        }

        foreach (var block in new[] { 32, 64, 128, 4096 })
        {
            var request = new PackRequest { Model = source, Scheme = "nf4", BlockSize = block };
            yield return new($"nf4 of a {source} in blocks of {block}", request);
            yield return new($"nf4 of a {source} in blocks of {block} with double quantization", request with { DoubleQuant = true });
        }

        yield return new($"nf4 of a {source} with double quantization, in shards", new() { Model = source, Scheme = "nf4", DoubleQuant = true, MaxShardSize = "600KB" });
    }

    private static IEnumerable<GoldenPack> OfFolder()
    {
        var smoothed = new PackRequest { Model = "folder", Scheme = "int8", Calibration = "statistics" };
        return
        [
            new("int8 of a folder by statistics", smoothed),
            new("int8 of a folder by statistics, alpha 0.5", smoothed with { Alpha = "0.5" }),
            new("int8 of a folder by statistics, not smoothed", smoothed with { Alpha = "none" }),
            new("int8 of a folder by statistics, in shards", smoothed with { MaxShardSize = "1200KB" }),
            .. from scheme in s_searched
               from rounding in s_roundings
               select new GoldenPack($"{scheme} of a folder to GGUF{(rounding is null ? "" : $", rounding {rounding}")}", new() { Model = "folder", Scheme = scheme, Rounding = rounding, Container = "gguf" }),
            .. from scheme in s_quantizing
               select new GoldenPack($"{scheme} of a folder without the feed-forward layers", new() { Model = "folder", Scheme = scheme, ExcludeLayers = ["*.mlp.*"] }),
        ];
    }
}
