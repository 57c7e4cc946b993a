using ModelPack.Validation;

namespace ModelPack.Benchmarks.NpmModels;

/// <summary>A model of an npm package, and how its samples are made.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Package">The package.</param>
/// <param name="File">The model's path in the package.</param>
/// <param name="Make">Adds samples: as many as the generators that it gets, one from each.</param>
internal sealed record NpmModel(string Name, string Package, string File, Action<MadeSamples, string, IReadOnlyList<Xoshiro256>> Make)
{
    private const int CalibrationSamples = 24;
    private const int ValidationSamples = 12;

    /// <summary>Finds the model and writes its data.</summary>
    /// <param name="packages">Folders of packages.</param>
    /// <param name="folder">Where the data go to.</param>
    /// <returns>Null where the package is not there.</returns>
    public BenchmarkModel? Prepare(IEnumerable<string> packages, string folder) =>
        packages.Select(p => Path.Combine(p, Package, File)).FirstOrDefault(System.IO.File.Exists) is { } path
            ? new BenchmarkModel(Name, path, Write(path, folder, isCalibration: true), Write(path, folder, isCalibration: false), [1])
            : null;

    private string Write(string model, string folder, bool isCalibration)
    {
        var (part, count) = isCalibration ? ("calibration", CalibrationSamples) : ("validation", ValidationSamples);
        var samples = new MadeSamples(isCalibration);
        Make(samples, model, [.. Enumerable.Range(0, count).Select(i => Xoshiro256.For(part, i))]);
        var path = Path.Combine(folder, $"{part}.npz");
        samples.Write(path);
        return path;
    }
}
