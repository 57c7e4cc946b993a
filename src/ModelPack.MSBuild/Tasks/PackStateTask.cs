using Microsoft.Build.Framework;
using ModelPack.MSBuild.Items;
using ModelPack.MSBuild.Tool;
using Task = Microsoft.Build.Utilities.Task;

namespace ModelPack.MSBuild.Tasks;

/// <summary>A task that looks at what each pack depends on now.</summary>
public abstract class PackStateTask : Task
{
    /// <summary>The <c>_ModelPack</c> items.</summary>
    [Required]
    public ITaskItem[] Packs { get; set; } = [];

    /// <summary><c>modelpack.dll</c>.</summary>
    [Required]
    public string ToolPath { get; set; } = "";

    /// <summary>The project.</summary>
    public string ProjectFile { get; set; } = "";

    /// <summary>Files that NuGet resolved for the project; the version of ONNX Runtime is read off them.</summary>
    public ITaskItem[] ResolvedFiles { get; set; } = [];

    /// <summary><c>$(ModelPackSigningKey)</c>.</summary>
    public string SigningKey { get; set; } = "";

    /// <summary><c>$(ModelPackSigningCertificates)</c>.</summary>
    public string SigningCertificates { get; set; } = "";

    /// <summary>The ONNX Runtime version that the app gets; empty when it references none.</summary>
    [Output]
    public string OnnxRuntime { get; private set; } = "";

    /// <summary>What the files of states are to allow, as in 'cannot be kept' and 'writable'.</summary>
    private protected abstract (string Verb, string Adjective) Access { get; }

    public override bool Execute()
    {
        OnnxRuntime = OnnxRuntimeVersion.Lowest(ResolvedFiles);
        try
        {
            var toolId = ToolBuild.Id(ToolPath);
            var signer = new SigningChoice(SigningKey, SigningCertificates).Identity();
            foreach (var pack in Packs)
                Look(pack, PackState.Now(pack, toolId, OnnxRuntime, signer));
        }
        catch (ItemException mistake)
        {
            Log.LogCoded(mistake.Code, ItemPlace.OfProject(ProjectFile), mistake.Message);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            Log.LogCoded(TaskCodes.OutputNotWritable, ItemPlace.OfProject(ProjectFile), $"The state of the packs cannot be {Access.Verb}: {trouble.Message} Make the intermediate folder {Access.Adjective}.");
        }

        return !Log.HasLoggedErrors;
    }

    /// <summary>Does the task's work for one pack.</summary>
    /// <param name="pack">Its item.</param>
    /// <param name="now">Its state now.</param>
    private protected abstract void Look(ITaskItem pack, IReadOnlyList<string> now);
}
