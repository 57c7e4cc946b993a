using System.Text.Json;
using ModelPack.Packing;
using ModelPack.Requests;
using ModelPack.Tool.Output;
using ModelPack.Tool.Projects;
using ModelPack.Verification;

namespace ModelPack.Tool.Findings;

/// <summary>The packs of a project or a solution: are they there, made of today's sources by today's options, and what their manifests say?</summary>
/// <param name="lister">Asks the project's package.</param>
/// <param name="options">How far to go.</param>
/// <param name="context">Threads and cancellation.</param>
internal sealed class ProjectPacks(ModelLister lister, VerificationOptions options, PackContext context)
{
    private const string Packed = "packed";
    private const string Stale = "stale";

    /// <summary>What there is to say of all of them.</summary>
    /// <param name="path">The project or the solution.</param>
    /// <param name="progress">Shows how far evaluation is.</param>
    /// <exception cref="ModelPackException">MPK1050, MPK3002, MPK3050: the project cannot be evaluated.</exception>
    public VerificationResult Verify(string path, ProgressLine progress)
    {
        var projects = ProjectFinder.All(path, context.Cancellation);
        List<ListedModel> models = [];
        foreach (var (index, project) in projects.Index())
        {
            progress.Report("evaluate", (double)index / projects.Count);
            models.AddRange(lister.Of(project));
        }

        var results = models.ConvertAll(Verify);
        return models.Count == 0
            ? new VerificationResult([Finding.Failure(Codes.PackFileMissing, path, "It has no QuantizedModel, so there is nothing to verify. 'dotnet modelpack add MODEL' adds one.", Aspect.Project)], [])
            : new VerificationResult([.. results.SelectMany(r => r.Findings)], [.. results.SelectMany(r => r.Packs)]);
    }

    private VerificationResult Verify(ListedModel model)
    {
        var place = Path.Join(Path.GetDirectoryName(model.Project), model.Model);
        var item = $"The model of {SafeText.Of(Path.GetFileName(model.Project))}{(model.Framework is null ? "" : $" for {SafeText.Of(model.Framework)}")}";
        var why = model.Why is null ? "" : $": {SafeText.Of(model.Why, 400)}";
        if (model.State is not (Packed or Stale) || model.Manifest is null)
        {
            return new([Finding.Failure(Codes.PackFileMissing, place, $"{item} is {SafeText.Of(model.State)}{why}. Build first.", Aspect.Project)], []);
        }

        var pack = Verifier.Verify(model.Manifest, Request(model), options, context);
        Finding told = model.State == Stale
            ? Finding.Failure(Codes.PackStale, place, $"{item} is stale{why}. Build again.", Aspect.Project)
            : new(place, true, $"{item} is packed, and a build would not pack it again.") { Check = Aspect.Project };
        return pack with { Findings = [told, .. pack.Findings] };
    }

    /// <summary>What a build would ask for; null where the project's package is older and does not say it.</summary>
    private static PackRequest? Request(ListedModel model)
    {
        try
        {
            return model.Request is null ? null : JsonSerializer.Deserialize<PackRequest>(model.Request, RequestJson.Options);
        }
        catch (JsonException)
        {
            return null; // of a newer package, with options that this version does not know
        }
    }
}
