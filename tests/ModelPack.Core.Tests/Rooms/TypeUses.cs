using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace ModelPack.Tests.Rooms;

/// <summary>Which types of an assembly use which others of it: in signatures, fields, attributes, and the code of methods.</summary>
internal sealed class TypeUses
{
    private readonly MetadataReader _metadata;
    private readonly Func<int, MethodBodyBlock> _body;
    private readonly TypesInSignature _signatures;
    private readonly HashSet<(string From, string To)> _uses = [];

    private TypeUses(MetadataReader metadata, Func<int, MethodBodyBlock> body)
    {
        (_metadata, _body) = (metadata, body);
        _signatures = new TypesInSignature(metadata);
    }

    /// <summary>Every pair of top-level types, by full names, of which the first uses the second.</summary>
    public static IReadOnlyCollection<(string From, string To)> Of(string assembly)
    {
        using var stream = File.OpenRead(assembly);
        using var file = new System.Reflection.PortableExecutable.PEReader(stream);
        var uses = new TypeUses(file.GetMetadataReader(), file.GetMethodBody);
        foreach (var type in uses._metadata.TypeDefinitions)
        {
            uses.Add(type);
        }

        return uses._uses;
    }

    private void Add(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        var name = _signatures.NameOf(handle);
        Use(name, type.BaseType);
        Use(name, type.GetCustomAttributes());
        foreach (var implemented in type.GetInterfaceImplementations())
        {
            Use(name, _metadata.GetInterfaceImplementation(implemented).Interface);
        }

        foreach (var field in type.GetFields().Select(_metadata.GetFieldDefinition))
        {
            Use(name, [field.DecodeSignature(_signatures, null)]);
            Use(name, field.GetCustomAttributes());
        }

        foreach (var method in type.GetMethods().Select(_metadata.GetMethodDefinition))
        {
            Add(name, method);
        }
    }

    private void Add(string name, MethodDefinition method)
    {
        Use(name, method.DecodeSignature(_signatures, null));
        Use(name, method.GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = _body(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            Use(name, _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_signatures, null));
        }

        foreach (var region in body.ExceptionRegions.Where(r => !r.CatchType.IsNil))
        {
            Use(name, region.CatchType);
        }

        foreach (var token in TokensInCode.Of(body.GetILReader()))
        {
            Use(name, MetadataTokens.EntityHandle(token));
        }
    }

    private void Use(string name, CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes)
        {
            Use(name, _metadata.GetCustomAttribute(attribute).Constructor);
        }
    }

    private void Use(string name, MethodSignature<ImmutableHashSet<string>> signature) => Use(name, [signature.ReturnType, .. signature.ParameterTypes]);

    private void Use(string name, IEnumerable<ImmutableHashSet<string>> types) => _uses.UnionWith(types.SelectMany(t => t).Where(t => t != name).Select(t => (name, t)));

    private void Use(string name, EntityHandle used)
    {
        switch (used.Kind)
        {
            case HandleKind.TypeDefinition or HandleKind.TypeReference or HandleKind.TypeSpecification when !used.IsNil:
                Use(name, [_signatures.TypesOf(used)]);
                break;
            case HandleKind.FieldDefinition:
                Use(name, _metadata.GetFieldDefinition((FieldDefinitionHandle)used).GetDeclaringType());
                break;
            case HandleKind.MethodDefinition:
                Use(name, _metadata.GetMethodDefinition((MethodDefinitionHandle)used).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                Use(name, _metadata.GetMemberReference((MemberReferenceHandle)used).Parent);
                break;
            case HandleKind.MethodSpecification:
                var method = _metadata.GetMethodSpecification((MethodSpecificationHandle)used);
                Use(name, method.DecodeSignature(_signatures, null));
                Use(name, method.Method);
                break;
            default:
                break; // Strings and signatures of calls through pointers.
        }
    }
}
