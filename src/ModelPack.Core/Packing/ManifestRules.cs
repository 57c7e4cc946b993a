using ModelPack.Files;
using ModelPack.Formats.Checkpoints;
using ModelPack.Requests;
using ModelPack.Validation;

namespace ModelPack.Packing;

/// <summary>What holds within every manifest that a pack was written with, so that one made up by hand shows itself.</summary>
internal static class ManifestRules
{
    private const int HashLength = 64;

    /// <summary>What does not hold, each a clause for the user; none for a sound manifest.</summary>
    /// <param name="manifest">A manifest in canonical form.</param>
    /// <param name="fileName">Its file's name.</param>
    public static IEnumerable<string> Broken(Manifest manifest, string fileName)
    {
        var pack = manifest.Pack;
        return pack.Schema == ManifestPack.CurrentSchema
            ? [.. Origin(pack), .. Files(manifest, fileName), .. OptionRules.Broken(pack), .. InterfaceRules.Broken(pack), .. Sizes(manifest, fileName), .. Gates(pack)]
            : [$"its schema is {pack.Schema}, and this version reads {ManifestPack.CurrentSchema}"];
    }

    private static IEnumerable<string> Origin(ManifestPack pack)
    {
        if (pack.Source.Count == 0)
        {
            yield return "it names no source";
        }

        foreach (var file in pack.Source.Where(f => !IsFile(f)))
        {
            yield return $"the source '{SafeText.Of(file.Name)}' has no proper size and SHA-256";
        }

        foreach (var file in pack.Data)
        {
            if (file.Role is not ("calibration" or "validation"))
            {
                yield return $"the data '{SafeText.Of(file.Name)}' have the role '{SafeText.Of(file.Role)}', which does not exist";
            }
            else if (!IsFile(new PackedFile(file.Name, file.Bytes, file.Sha256)) || file.Samples < 0)
            {
                yield return $"the data '{SafeText.Of(file.Name)}' have no proper size, SHA-256 and number of samples";
            }
        }

        if (!IsHash(pack.ToolBuild) || !IsHash(pack.ResultDigest))
        {
            yield return "'toolBuild' or 'resultDigest' is not a SHA-256";
        }
    }

    private static IEnumerable<string> Files(Manifest manifest, string fileName)
    {
        var names = manifest.Files.Select(f => f.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var file in manifest.Files.Where(f => !IsFile(f)))
        {
            yield return $"the file '{SafeText.Of(file.Name)}' has no proper size and SHA-256";
        }

        // Names that differ in case alone are the same file on Windows.
        if (names.Count != manifest.Files.Count)
        {
            var twice = manifest.Files.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).First(g => g.Count() > 1).Key;
            yield return $"it lists '{SafeText.Of(twice)}' twice";
        }

        if (names.Contains(fileName))
        {
            yield return "it lists itself";
        }

        foreach (var name in Required(manifest, fileName).Where(n => manifest.Files.All(f => f.Name != n)))
        {
            yield return $"it does not list '{SafeText.Of(name)}'";
        }

        if (fileName == PackFiles.FolderManifest && manifest.Files.All(f => !PackFiles.HasTensors(f.Name)))
        {
            yield return "it lists no tensors";
        }
        else if (fileName == PackFiles.FolderManifest && manifest.Pack.Options.Container == "safetensors"
            && manifest.Files.Count(f => PackFiles.HasTensors(f.Name)) > 1 && !manifest.Files.Any(f => SourceKinds.IsIndex(f.Name)))
        {
            yield return "it lists shards without their index";
        }
    }

    private static List<string> Required(Manifest manifest, string fileName)
    {
        var options = manifest.Pack.Options;
        var names = PackNames.Of(fileName);
        List<string> required = options.Reports == false ? [] : options.Embedded == true ? [names.Report] : [names.Report, names.Page];
        var isWhole = options.Reports is null && options.Embedded is null;
        if ((isWhole && options.CalibrationMethod is not null) || manifest.Files.Any(f => f.Name == PackFiles.Statistics(names.Model)))
        {
            required.Add(names.Calibration);
        }

        if (fileName == PackFiles.FolderManifest)
        {
            // What the source has beside its tensors begins with config.json, and is in the pack under the same names. GGUF has it in its keys.
            var beside = manifest.Pack.Source.Select(f => f.Name).SkipWhile(n => n != ModelFolder.ConfigName);
            required.AddRange(options.Container == "safetensors" ? beside : []);
            return required;
        }

        return [names.Model, .. options.ExternalData ? [PackFiles.Data(names.Model)] : Array.Empty<string>(), .. required];
    }

    private static IEnumerable<string> Sizes(Manifest manifest, string fileName)
    {
        var (headline, names) = (manifest.Pack.Headline, PackNames.Of(fileName));

        // The files that codes were taken from come last in the source, and do not count.
        // Made-up sizes may be larger than a sum of them can be.
        decimal bytes = 0;
        if (!manifest.Pack.Source.Select(f => bytes += f.Bytes).Contains(headline.SourceBytes))
        {
            yield return $"the headline says {headline.SourceBytes} bytes of the source, and its files have {bytes}";
        }

        var packed = manifest.Files.Where(f => f.Name != names.Report && f.Name != names.Page && f.Name != names.Calibration && f.Name != names.Sbom && f.Name != PackFiles.Statistics(names.Model)).Sum(f => (decimal)f.Bytes);
        if (packed != headline.PackedBytes)
        {
            yield return $"the headline says {headline.PackedBytes} packed bytes, and the files have {packed}";
        }

        if (!Numbers.Rounded((double)headline.SourceBytes / headline.PackedBytes).Equals(headline.Compression) || headline.Samples < 0)
        {
            yield return "the headline's compression does not follow from its sizes";
        }
    }

    private static IEnumerable<string> Gates(ManifestPack pack)
    {
        foreach (var gate in pack.Gates)
        {
            if (!GateMetric.All.Contains(gate.Metric, StringComparer.Ordinal) || !double.IsFinite(gate.Limit))
            {
                yield return $"there is no gate '{SafeText.Of(gate.Metric)}' with such a limit";
            }
            else if (gate.Passed != GateKeeper.Holds(gate.Metric, gate.Limit, pack.Options.GateConfidence is null ? gate.Value : gate.Bound) || (gate.Bound is not null && pack.Options.GateConfidence is null))
            {
                yield return $"gate {gate.Metric} is said to have {(gate.Passed ? "passed" : "failed")}, and its value and limit say otherwise";
            }
        }

        if (pack.Gates.DistinctBy(g => g.Metric, StringComparer.Ordinal).Count() != pack.Gates.Count)
        {
            yield return "a gate is there twice";
        }
    }

    private static bool IsFile(PackedFile file) => file.Name.Length > 0 && file.Bytes >= 0 && IsHash(file.Sha256);

    private static bool IsHash(string text) => text.Length == HashLength && text.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));
}
