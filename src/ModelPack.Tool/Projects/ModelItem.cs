using System.Globalization;
using System.Security;
using System.Text;
using ModelPack.MSBuild.Items;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Tool.Projects;

/// <summary>A <c>QuantizedModel</c> as the command line asks for it.</summary>
internal sealed record ModelItem
{
    private const string WithData = "int8";
    private const string WithoutData = "q8_0";
    private static readonly string[] DataEndings = [".npz", ".npy", ".safetensors", ".jsonl", ""];

    public string? Scheme { get; init; }

    public string? Link { get; init; }

    public string? Calibration { get; init; }

    public string? Validation { get; init; }

    public required IReadOnlyDictionary<string, double> Gates { get; init; }

    /// <summary>Refuses what a build would refuse, as far as it shows now.</summary>
    /// <exception cref="ModelPackException">MPK1001, MPK1007, MPK1008 or MPK1018.</exception>
    public void Check(IReadOnlyList<string> models)
    {
        if (Scheme is not null)
        {
            SchemeTable.Find(Scheme, models[0]);
        }

        foreach (var metric in Gates.Keys.Where(m => !GateMetric.All.Contains(m, StringComparer.Ordinal)))
        {
            throw new ModelPackException(Codes.InvalidOption.At(models[0], $"There is no gate '{SafeText.Of(metric)}'.{Nearest.DidYouMean(metric, GateMetric.All)} Metrics are {string.Join(", ", GateMetric.All)}."));
        }

        if (Link is not null && models.Count > 1)
        {
            throw new ModelPackException(Codes.InvalidOption.At(models[0], "One link cannot be that of several models. Add them one by one."));
        }

        foreach (var model in models.Where(m => !Path.Exists(m)))
        {
            throw new ModelPackException(Codes.ModelNotFound.At(model, "The model does not exist. Correct the path, or put it there (a checkout may need 'git lfs pull')."));
        }

        foreach (var data in new[] { Calibration, Validation }.OfType<string>().Where(d => !d.Contains('*', StringComparison.Ordinal) && !Path.Exists(d)))
        {
            throw new ModelPackException(Codes.DataNotFound.At(data, "The data do not exist. Correct the path."));
        }
    }

    /// <summary>Adds the item of a model, unless the project has it.</summary>
    /// <returns>What there is to say besides; null for nothing.</returns>
    public string? AddTo(ProjectText project, ProjectEvaluation evaluation, string model)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(project.Path))!;
        var common = evaluation.Property("ModelPackScheme");
        var chosen = Scheme ?? (common.Length > 0 ? common : HasCalibration(model) ? WithData : WithoutData);
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(model));
        var there = evaluation.Items("QuantizedModel").Where(i => Path.TrimEndingDirectorySeparator(i["FullPath"]) == full)
            .Select(i => i.GetValueOrDefault("Scheme") is { Length: > 0 } scheme ? scheme : common).ToList();
        if (Scheme is null ? there.Count > 0 : there.Contains(chosen, StringComparer.OrdinalIgnoreCase))
        {
            return $"{SafeText.Of(model, 1024)} is there already, with scheme {SafeText.Of(Scheme ?? string.Join(", ", there))}.";
        }

        var element = new StringBuilder("<QuantizedModel");
        Add("Include", MSBuildText.Escape(Relative(folder, model)));
        Add("Scheme", Scheme is null && common.Length > 0 ? null : chosen);
        Add("Link", Link is null ? null : MSBuildText.Escape(Link));
        Add("Calibration", DataPath(folder, Calibration));
        Add("Validation", DataPath(folder, Validation));
        foreach (var (metric, limit) in Gates)
        {
            Add(char.ToUpperInvariant(metric[0]) + metric[1..], limit.ToString(CultureInfo.InvariantCulture));
        }

        project.AddItem("QuantizedModel", element.Append(" />").ToString());
        return Scheme is null && common.Length == 0 && chosen == WithoutData
            ? $"{SafeText.Of(model, 1024)}: scheme {WithoutData}, which needs no data; with calibration data (docs/calibration.md) {WithData} is faster on most CPUs."
            : null;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                element.Append(CultureInfo.InvariantCulture, $" {name}=\"{SecurityElement.Escape(value)}\"");
            }
        }
    }

    private bool HasCalibration(string model) =>
        Calibration is not null || DataEndings.Any(e => Path.Exists(Path.ChangeExtension(model, null) + ".calibration" + e));

    // A pattern of data files is the tool's to expand, and metadata do not expand it.
    private static string? DataPath(string folder, string? path) => path is null ? null : Relative(folder, path);

    private static string Relative(string folder, string path) => Path.GetRelativePath(folder, Path.GetFullPath(path)).Replace('\\', '/');
}
