using Nunchi.Data.Scenes;
using Nunchi.Data.Scenes.Content;

namespace Nunchi.Data.Tasks;

/// <summary>Questions at a shop: its name, what kind it is, telephone number, opening hours.</summary>
internal static class ShopTasks
{
    public static Turn? Ask(AskContext ask)
    {
        ShopFacts shop = ask.Scene.Facts.Shop!;
        SceneText? name = FactTasks.Find(ask, TextRole.ShopName);
        return FactTasks.AnyOf(ask,
            () => FactTasks.About(ask, "shop_name", name, shop.Name,
                ask.Say(["가게 이름이 뭐야?", "무슨 가게야?", "간판에 적힌 이름이 뭐예요?", "상호가 무엇인가요?", "이 가게의 이름을 알려줘"], ["What is the name of the shop?"]), ask.Say(["{0}입니다.", "가게 이름은 {0}입니다."], ["The shop is called {0}."])),
            () => FactTasks.About(ask, "shop_phone", FactTasks.Find(ask, TextRole.Phone), shop.Phone,
                ask.Say(["전화번호가 뭐야?", "전화번호를 알려줘", "연락처가 어떻게 되나요?", "몇 번으로 전화하면 돼?"], ["What is the telephone number?"]), ask.Say(["전화번호는 {0}입니다.", "{0}입니다."], ["The number is {0}."])),
            () => FactTasks.About(ask, "shop_hours", FactTasks.Find(ask, TextRole.Time), shop.Hours,
                ask.Say(["영업시간이 어떻게 돼?", "몇 시에 열어?", "영업시간을 알려 주세요"], ["What are the opening hours?"]), ask.Say(["영업시간은 {0}입니다."], ["The opening hours are {0}."])),
            () => name is null ? null : new Turn(
                ask.Say(["어떤 종류의 가게야?", "여기는 뭐 하는 곳이야?", "무엇을 하는 가게인가요?"], ["What kind of shop is it?"]),
                ask.Korean ? $"{shop.BusinessKorean}입니다." : $"It is {Naming.Article(shop.Business)} {shop.Business}.",
                ask.Truth(TaskKind.TextFact, "shop_kind") with { Label = shop.Business, Accept = [shop.BusinessKorean, shop.Business], TextHeight = name.Height }));
    }

    public static string? Summary(AskContext ask)
    {
        ShopFacts shop = ask.Scene.Facts.Shop!;
        if (FactTasks.Find(ask, TextRole.ShopName) is null)
            return null;
        string phone = shop.Phone is not null && FactTasks.Find(ask, TextRole.Phone) is not null ? ask.Korean ? $" 전화번호는 {shop.Phone}입니다." : $" The telephone number is {shop.Phone}." : "";
        return (ask.Korean
            ? Phrase.Fill("{0}가게 간판에 {1'이라고} 적혀 있습니다. {2}입니다.", FactTasks.Ground(ask), shop.Name, shop.BusinessKorean)
            : $"A {FactTasks.Ground(ask)}shop sign says '{shop.Name}'. It is {Naming.Article(shop.Business)} {shop.Business}.") + phone;
    }
}

/// <summary>Questions at a card or poster: whom to call, at which number.</summary>
internal static class ContactTasks
{
    public static Turn? Ask(AskContext ask)
    {
        ContactFacts contact = ask.Scene.Facts.Contact!;
        return FactTasks.AnyOf(ask,
            () => FactTasks.About(ask, "contact_phone", FactTasks.Find(ask, TextRole.Phone), contact.Phone,
                ask.Say(["전화번호가 뭐야?", "전화번호를 알려줘", "어디로 전화하면 돼?", "연락처가 어떻게 되나요?", "몇 번으로 연락해야 하나요?"], ["What is the telephone number?", "Which number should I call?"]),
                ask.Say(["전화번호는 {0}입니다.", "{0}입니다.", "{0}번으로 전화하면 됩니다."], ["The number is {0}."])),
            () => FactTasks.About(ask, "contact_name", FactTasks.Find(ask, TextRole.PersonName), contact.Name,
                ask.Say(["이름이 뭐야?", "누구의 명함이야?", "이 사람의 이름은 무엇인가요?"], ["What is the name on the card?"]), ask.Say(["{0}입니다.", "이름은 {0}입니다."], ["The name is {0}."])),
            () => FactTasks.About(ask, "contact_company", FactTasks.Find(ask, TextRole.ShopName), contact.Company,
                ask.Say(["어느 회사야?", "회사 이름이 뭐예요?", "어디에서 일하는 사람인가요?"], ["Which company is it?"]), ask.Say(["{0}입니다."], ["It is {0}."])),
            () => FactTasks.About(ask, "contact_title", FactTasks.Find(ask, TextRole.JobTitle), contact.JobTitle,
                ask.Say(["직책이 뭐야?", "직위가 무엇인가요?"], ["What is the job title?"]), ask.Say(["{0}입니다."], ["It is {0}."])),
            () => FactTasks.About(ask, "contact_subject", FactTasks.Find(ask, TextRole.Title), contact.Name,
                ask.Say(["무엇에 대한 광고야?", "무슨 전단지야?", "무슨 내용인가요?"], ["What is it about?"]), ask.Say(["{0'이라는} 내용입니다."], ["It says '{0}'."])));
    }

    public static string? Summary(AskContext ask)
    {
        ContactFacts contact = ask.Scene.Facts.Contact!;
        if (FactTasks.Find(ask, TextRole.Phone) is null)
            return null;
        bool card = FactTasks.Find(ask, TextRole.PersonName) is not null;
        string who = card && contact.Company is not null ? $"{contact.Company} {contact.Name}{(contact.JobTitle is null ? "" : " " + contact.JobTitle)}" : contact.Name;
        return ask.Korean
            ? card ? $"{who}의 명함입니다. 전화번호는 {contact.Phone}입니다." : Phrase.Fill("{0'이라고} 적힌 전단지입니다. 전화번호는 {1}입니다.", who, contact.Phone)
            : card ? $"A business card of {who}. The number is {contact.Phone}." : $"A poster that says '{who}'. The number is {contact.Phone}.";
    }
}
